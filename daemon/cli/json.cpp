// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/json.h"

#include <array>
#include <charconv>
#include <cmath>
#include <memory>
#include <stdexcept>

namespace gds::cli {

namespace {

using VariantPtr = std::unique_ptr<GVariant, decltype(&g_variant_unref)>;

std::string number(double value)
{
    if (!std::isfinite(value)) {
        return "null"; // RFC 8259 section 6 has no other word for these
    }
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return {text.data(), end};
}

std::string container(GVariant* value, bool object)
{
    std::string text(1, object ? '{' : '[');
    const gsize count = g_variant_n_children(value);
    for (gsize i = 0; i < count; ++i) {
        const VariantPtr child{g_variant_get_child_value(value, i), g_variant_unref};
        if (i != 0) {
            text += ',';
        }
        if (object) {
            const VariantPtr key{g_variant_get_child_value(child.get(), 0), g_variant_unref};
            const VariantPtr entry{g_variant_get_child_value(child.get(), 1), g_variant_unref};
            text += json_value(key.get()) + ':' + json_value(entry.get());
        } else {
            text += json_value(child.get());
        }
    }
    return text += object ? '}' : ']';
}

} // namespace

std::string json_string(std::string_view text)
{
    static constexpr std::string_view k_hex = "0123456789abcdef";
    std::string quoted = "\"";
    for (const char character : text) {
        const auto octet = static_cast<unsigned char>(character);
        if (character == '"' || character == '\\') {
            quoted += '\\';
            quoted += character;
        } else if (octet < 0x20 || octet == 0x7f) {
            quoted += "\\u00";
            quoted += k_hex[octet >> 4];
            quoted += k_hex[octet & 15];
        } else {
            quoted += character;
        }
    }
    return quoted += '"';
}

std::string json_value(GVariant* value)
{
    switch (g_variant_classify(value)) {
    case G_VARIANT_CLASS_BOOLEAN:
        return g_variant_get_boolean(value) != FALSE ? "true" : "false";
    case G_VARIANT_CLASS_UINT16:
        return std::to_string(g_variant_get_uint16(value));
    case G_VARIANT_CLASS_INT32:
        return std::to_string(g_variant_get_int32(value));
    case G_VARIANT_CLASS_UINT32:
        return std::to_string(g_variant_get_uint32(value));
    case G_VARIANT_CLASS_INT64:
        return std::to_string(g_variant_get_int64(value));
    case G_VARIANT_CLASS_UINT64:
        return std::to_string(g_variant_get_uint64(value));
    case G_VARIANT_CLASS_DOUBLE:
        return number(g_variant_get_double(value));
    case G_VARIANT_CLASS_STRING:
    case G_VARIANT_CLASS_OBJECT_PATH:
        return json_string(g_variant_get_string(value, nullptr));
    case G_VARIANT_CLASS_VARIANT: {
        const VariantPtr inner{g_variant_get_variant(value), g_variant_unref};
        return json_value(inner.get());
    }
    case G_VARIANT_CLASS_ARRAY:
        return container(value, g_variant_type_is_dict_entry(
                                    g_variant_type_element(g_variant_get_type(value))) != FALSE);
    case G_VARIANT_CLASS_TUPLE:
        return container(value, false);
    default:
        throw std::invalid_argument{"no JSON for this type of value"};
    }
}

} // namespace gds::cli
