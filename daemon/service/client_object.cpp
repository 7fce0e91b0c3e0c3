// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/client_object.h"

#include "base/text.h"
#include "base/translate.h"
#include "service/emit.h"
#include "service/sentence.h"

namespace gds {

std::string ClientObject::path_of(unsigned number)
{
    return "/org/gnome/DesktopSharing/clients/" + std::to_string(number);
}

ClientObject::ClientObject(sdbus::IConnection& bus, ServerControl& server, const ClientInfo& client)
    : AdaptorInterfaces(bus, sdbus::ObjectPath{path_of(client.number)}), server_(server),
      told_(client)
{
    frame_rate_.sample(client.frames_sent, FrameRateMeter::Clock::now());
    registerAdaptor();
    emit_safely("a new client", [this] {
        emitInterfacesAddedSignal({sdbus::InterfaceName{Client_adaptor::INTERFACE_NAME}});
    });
}

ClientObject::~ClientObject()
{
    emit_safely("the end of a client", [this] {
        emitInterfacesRemovedSignal({sdbus::InterfaceName{Client_adaptor::INTERFACE_NAME}});
    });
    emit_safely("the end of a client", [this] { unregisterAdaptor(); });
}

void ClientObject::signal(const std::vector<const char*>& properties) noexcept
{
    if (properties.empty()) {
        return;
    }
    emit_safely("a changed client", [&] {
        const std::vector<sdbus::PropertyName> names(properties.begin(), properties.end());
        getObject().emitPropertiesChangedSignal(
            sdbus::InterfaceName{Client_adaptor::INTERFACE_NAME}, names);
    });
}

void ClientObject::changed(const ClientInfo& now)
{
    std::vector<const char*> properties;
    const auto compare = [&properties](const char* name, auto& told, const auto& is) {
        if (told != is) {
            told = is;
            properties.push_back(name);
        }
    };
    compare("State", told_.state, now.state);
    compare("User", told_.user, now.user);
    compare("Address", told_.address, now.address);
    compare("SecurityType", told_.security_type, now.security_type);
    compare("Mechanism", told_.mechanism, now.mechanism);
    compare("Ssf", told_.ssf, now.ssf);
    compare("ViewOnly", told_.view_only, now.view_only);
    signal(properties);
}

bool ClientObject::look(const ClientInfo& now, FrameRateMeter::Clock::time_point at)
{
    changed(now);
    frame_rate_.sample(now.frames_sent, at);
    std::vector<const char*> properties;
    const auto compare = [&properties](const char* name, auto& told, const auto& is) {
        if (told != is) {
            told = is;
            properties.push_back(name);
        }
    };
    compare("Encoding", told_.encoding, now.encoding);
    compare("FrameRate", told_frame_rate_, frame_rate_.per_second());
    compare("RoundTripTime", told_.round_trip_time, now.round_trip_time);
    compare("BytesSent", told_.bytes_sent, now.bytes_sent);
    compare("BytesReceived", told_.bytes_received, now.bytes_received);
    compare("FramesSent", told_.frames_sent, now.frames_sent);
    compare("LastInputTime", told_.last_input, now.last_input);
    signal(properties);
    return !properties.empty() || told_frame_rate_ > 0;
}

ClientInfo ClientObject::current() const { return server_.client(told_.number).value_or(told_); }

void ClientObject::Disconnect(const std::string& reason)
{
    server_.disconnect(told_.number, printable(reason));
}

void ClientObject::ViewOnly(const bool& value)
{
    if (!server_.set_view_only(told_.number, value)) {
        throw sdbus_error(
            "org.gnome.DesktopSharing.Error.NotAllowed",
            sentence(_("Viewer %u cannot be given control: the settings let it only look."),
                     told_.number));
    }
}

// What a peer named itself may be any octets; D-Bus strings are UTF-8.
std::string ClientObject::State() { return current().state; }
std::string ClientObject::User() { return printable(current().user, 256); }
std::string ClientObject::Address() { return printable(current().address, 256); }
std::string ClientObject::SecurityType() { return current().security_type; }
std::string ClientObject::Mechanism() { return printable(current().mechanism); }
std::uint32_t ClientObject::Ssf() { return current().ssf; }
std::int64_t ClientObject::ConnectedSince() { return told_.connected_since; }
bool ClientObject::ViewOnly() { return current().view_only; }
std::string ClientObject::Encoding() { return current().encoding; }
double ClientObject::FrameRate() { return frame_rate_.per_second(); }
std::uint32_t ClientObject::RoundTripTime() { return current().round_trip_time; }
std::uint64_t ClientObject::BytesSent() { return current().bytes_sent; }
std::uint64_t ClientObject::BytesReceived() { return current().bytes_received; }
std::uint64_t ClientObject::FramesSent() { return current().frames_sent; }
std::int64_t ClientObject::LastInputTime() { return current().last_input; }

} // namespace gds
