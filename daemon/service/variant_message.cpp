// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/variant_message.h"

#include <cstdint>
#include <stdexcept>
#include <vector>

namespace gds {

namespace {

using Pair = sdbus::Struct<std::string, std::string>;

std::vector<std::string> words_of(GVariant* value)
{
    std::vector<std::string> words;
    GVariantIter iter;
    g_variant_iter_init(&iter, value);
    const char* word = nullptr;
    while (g_variant_iter_next(&iter, "&s", &word) != FALSE) {
        words.emplace_back(word);
    }
    return words;
}

std::vector<Pair> pairs_of(GVariant* value)
{
    std::vector<Pair> pairs;
    GVariantIter iter;
    g_variant_iter_init(&iter, value);
    const char* first = nullptr;
    const char* second = nullptr;
    while (g_variant_iter_next(&iter, "(&s&s)", &first, &second) != FALSE) {
        pairs.emplace_back(std::string{first}, std::string{second});
    }
    return pairs;
}

GVariant* words_variant(const std::vector<std::string>& words)
{
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE_STRING_ARRAY);
    for (const auto& word : words) {
        g_variant_builder_add(&builder, "s", word.c_str());
    }
    return g_variant_builder_end(&builder);
}

GVariant* pairs_variant(const std::vector<Pair>& pairs)
{
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a(ss)"));
    for (const auto& pair : pairs) {
        g_variant_builder_add(&builder, "(ss)", std::get<0>(pair).c_str(),
                              std::get<1>(pair).c_str());
    }
    return g_variant_builder_end(&builder);
}

template <typename T>
T taken(sdbus::Message& message)
{
    T value{};
    message >> value;
    return value;
}

} // namespace

bool can_travel(const std::string& type)
{
    return type == "b" || type == "q" || type == "u" || type == "s" || type == "as" ||
           type == "a(ss)";
}

void append_variant(sdbus::Message& message, GVariant* value)
{
    const std::string type = g_variant_get_type_string(value);
    if (type == "b") {
        message << (g_variant_get_boolean(value) != FALSE);
    } else if (type == "q") {
        message << std::uint16_t{g_variant_get_uint16(value)};
    } else if (type == "u") {
        message << std::uint32_t{g_variant_get_uint32(value)};
    } else if (type == "s") {
        message << std::string{g_variant_get_string(value, nullptr)};
    } else if (type == "as") {
        message << words_of(value);
    } else if (type == "a(ss)") {
        message << pairs_of(value);
    } else {
        throw std::logic_error{"settings of type " + type + " cannot travel over D-Bus yet"};
    }
}

GVariant* read_variant(sdbus::Message& message, const std::string& type)
{
    if (type == "b") {
        return g_variant_new_boolean(taken<bool>(message) ? TRUE : FALSE);
    }
    if (type == "q") {
        return g_variant_new_uint16(taken<std::uint16_t>(message));
    }
    if (type == "u") {
        return g_variant_new_uint32(taken<std::uint32_t>(message));
    }
    if (type == "s") {
        return g_variant_new_string(taken<std::string>(message).c_str());
    }
    if (type == "as") {
        return words_variant(taken<std::vector<std::string>>(message));
    }
    if (type == "a(ss)") {
        return pairs_variant(taken<std::vector<Pair>>(message));
    }
    throw std::logic_error{"settings of type " + type + " cannot travel over D-Bus yet"};
}

} // namespace gds
