// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/gss_initiator.h"

#include <utility>

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_krb5.h>
#include <string.h>

namespace gds {

namespace {

constexpr OM_uint32 k_asked = GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG |
                              GSS_C_INTEG_FLAG | GSS_C_CONF_FLAG;
constexpr OM_uint32 k_needed = k_asked & ~static_cast<OM_uint32>(GSS_C_CONF_FLAG);

// What a library call allocated; wiped, since some of it was encrypted.
class Buffer {
public:
    Buffer() = default;
    ~Buffer()
    {
        if (buffer_.value != nullptr) {
            ::explicit_bzero(buffer_.value, buffer_.length);
        }
        OM_uint32 minor = 0;
        gss_release_buffer(&minor, &buffer_);
    }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    gss_buffer_t out() { return &buffer_; }
    Bytes bytes() const
    {
        const auto* const first = static_cast<const std::uint8_t*>(buffer_.value);
        return first != nullptr ? Bytes(first, first + buffer_.length) : Bytes{};
    }

private:
    gss_buffer_desc buffer_ = GSS_C_EMPTY_BUFFER;
};

// The library only reads it.
gss_buffer_desc view_of(ByteView octets)
{
    return {octets.size(), const_cast<std::uint8_t*>(octets.data())};
}

std::string words_of(OM_uint32 status, int kind)
{
    OM_uint32 minor = 0;
    OM_uint32 more = 0;
    Buffer text;
    gss_display_status(&minor, status, kind, GSS_C_NO_OID, &more, text.out());
    const Bytes said = text.bytes();
    return std::string{as_text(said)};
}

[[noreturn]] void fail(OM_uint32 major, OM_uint32 minor)
{
    throw GssError{words_of(major, GSS_C_GSS_CODE) + ": " + words_of(minor, GSS_C_MECH_CODE)};
}

} // namespace

struct GssInitiator::Impl {
    gss_name_t peer = GSS_C_NO_NAME;
    gss_ctx_id_t context = GSS_C_NO_CONTEXT;
    OM_uint32 flags = 0;

    Impl() = default;
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl()
    {
        OM_uint32 minor = 0;
        gss_release_name(&minor, &peer);
        gss_delete_sec_context(&minor, &context, GSS_C_NO_BUFFER);
    }
};

GssInitiator::GssInitiator(const std::string& service, const std::string& host)
    : impl_(std::make_unique<Impl>())
{
    const std::string name = service + "@" + host;
    gss_buffer_desc text = view_of(as_bytes(name));
    OM_uint32 minor = 0;
    const OM_uint32 major =
        gss_import_name(&minor, &text, GSS_C_NT_HOSTBASED_SERVICE, &impl_->peer);
    if (GSS_ERROR(major) != 0) {
        fail(major, minor);
    }
}

GssInitiator::~GssInitiator() = default;

GssInitiator::Step GssInitiator::step(ByteView token)
{
    gss_buffer_desc in = view_of(token);
    Buffer out;
    OM_uint32 minor = 0;
    const OM_uint32 major = gss_init_sec_context(
        &minor, GSS_C_NO_CREDENTIAL, &impl_->context, impl_->peer, gss_mech_krb5, k_asked, 0,
        GSS_C_NO_CHANNEL_BINDINGS, &in, nullptr, out.out(), &impl_->flags, nullptr);
    if (GSS_ERROR(major) != 0) {
        fail(major, minor);
    }
    const bool complete = (major & GSS_S_CONTINUE_NEEDED) == 0;
    if (complete && (impl_->flags & k_needed) != k_needed) {
        throw GssError{"the other side did not prove who it is"};
    }
    return {out.bytes(), complete};
}

bool GssInitiator::can_encrypt() const { return (impl_->flags & GSS_C_CONF_FLAG) != 0; }

Bytes GssInitiator::wrap(ByteView clear, bool encrypt)
{
    gss_buffer_desc in = view_of(clear);
    Buffer out;
    int encrypted = 0;
    OM_uint32 minor = 0;
    const OM_uint32 major = gss_wrap(&minor, impl_->context, encrypt ? 1 : 0, GSS_C_QOP_DEFAULT,
                                     &in, &encrypted, out.out());
    if (GSS_ERROR(major) != 0) {
        fail(major, minor);
    }
    if (encrypt && encrypted == 0) {
        throw GssError{"what was to be encrypted was not"};
    }
    return out.bytes();
}

GssInitiator::Unwrapped GssInitiator::unwrap(ByteView token)
{
    gss_buffer_desc in = view_of(token);
    Buffer out;
    int encrypted = 0;
    OM_uint32 minor = 0;
    const OM_uint32 major = gss_unwrap(&minor, impl_->context, &in, out.out(), &encrypted, nullptr);
    // Repeated, old, out of sequence: no errors to the library, but to us.
    if (major != GSS_S_COMPLETE) {
        fail(major, minor);
    }
    return {out.bytes(), encrypted != 0};
}

std::size_t GssInitiator::most_for(std::size_t size, bool encrypt) const
{
    OM_uint32 most = 0;
    OM_uint32 minor = 0;
    const OM_uint32 major =
        gss_wrap_size_limit(&minor, impl_->context, encrypt ? 1 : 0, GSS_C_QOP_DEFAULT,
                            static_cast<OM_uint32>(size), &most);
    if (GSS_ERROR(major) != 0 || most == 0) {
        fail(major, minor);
    }
    return most;
}

bool GssInitiator::has_credentials()
{
    gss_OID_set_desc kerberos{1, gss_mech_krb5};
    gss_cred_id_t credentials = GSS_C_NO_CREDENTIAL;
    OM_uint32 minor = 0;
    const OM_uint32 major = gss_acquire_cred(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &kerberos,
                                             GSS_C_INITIATE, &credentials, nullptr, nullptr);
    OM_uint32 lifetime = 0;
    const bool good = major == GSS_S_COMPLETE &&
                      gss_inquire_cred(&minor, credentials, nullptr, &lifetime, nullptr, nullptr) ==
                          GSS_S_COMPLETE &&
                      lifetime != 0;
    gss_release_cred(&minor, &credentials);
    return good;
}

} // namespace gds
