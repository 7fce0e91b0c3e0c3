// SPDX-License-Identifier: GPL-2.0-or-later
#include "decoding_viewer.h"

#include "frame_marker.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <rfb/rfbclient.h>
#include <stdexcept>
#include <sys/socket.h>

namespace gds::bench {
namespace {

constexpr int k_fence = 248; // the message; the pseudo-encodings are below
constexpr int k_continuous_updates = 150;
int pseudo_encodings[]{-312, -313, 0}; // Fence, ContinuousUpdates; a 0 ends the list

char viewer_tag = 0; // their addresses are what counts
char certificate_tag = 0;

// Answers a fence with what it holds, but without the bit that says it is a question.
bool answer_fence(rfbClient* client)
{
    std::array<char, 8> header{}; // three octets of padding, flags, length of the payload
    std::array<char, 64> payload{};
    if (ReadFromRFBServer(client, header.data(), 8) == 0) {
        return false;
    }
    const auto length = static_cast<unsigned char>(header[7]);
    if (length > payload.size() ||
        (length > 0 && ReadFromRFBServer(client, payload.data(), length) == 0)) {
        return false;
    }
    if ((header[3] & 0x80) == 0) {
        return true;
    }
    std::array<char, 9 + 64> answer{};
    answer[0] = static_cast<char>(k_fence);
    answer[7] = static_cast<char>(header[6] & 7);
    answer[8] = header[7];
    std::copy_n(payload.begin(), length, answer.begin() + 9);
    return WriteToRFBServer(client, answer.data(), 9U + length) != 0;
}

// The server says by this that it knows of them: from here they are wanted.
bool begin_continuous_updates(rfbClient* client)
{
    std::array<char, 10> message{static_cast<char>(k_continuous_updates), 1};
    message[6] = static_cast<char>(client->width >> 8);
    message[7] = static_cast<char>(client->width);
    message[8] = static_cast<char>(client->height >> 8);
    message[9] = static_cast<char>(client->height);
    return WriteToRFBServer(client, message.data(), message.size()) != 0;
}

rfbBool on_message(rfbClient* client, rfbServerToClientMsg* message)
{
    if (message->type == k_fence) {
        return answer_fence(client) ? TRUE : FALSE;
    }
    return message->type == k_continuous_updates && begin_continuous_updates(client) ? TRUE : FALSE;
}

void register_extensions()
{
    static rfbClientProtocolExtension extension{};
    if (extension.encodings == nullptr) {
        extension.encodings = pseudo_encodings;
        extension.handleMessage = on_message;
        rfbClientRegisterExtension(&extension);
    }
}

// The library frees what it is given here.
char* owned(const std::string& text) { return strdup(text.c_str()); }

rfbCredential* on_credential(rfbClient* client, int)
{
    auto* credential = static_cast<rfbCredential*>(std::calloc(1, sizeof(rfbCredential)));
    const auto* file =
        static_cast<const std::string*>(rfbClientGetClientData(client, &certificate_tag));
    credential->x509Credential.x509CACertFile = owned(*file);
    credential->x509Credential.x509CrlVerifyMode = rfbX509CrlVerifyNone;
    return credential;
}

} // namespace

DecodingViewer::DecodingViewer(const ViewerOptions& options)
{
    register_extensions();
    client_ = rfbGetClient(8, 3, 4);
    open(options);
}

void DecodingViewer::open(const ViewerOptions& options)
{
    client_->serverHost = owned(options.host);
    client_->serverPort = options.port;
    client_->appData.encodingsString = options.encodings.c_str();
    client_->appData.compressLevel = 1;
    client_->appData.enableJPEG = options.quality >= 0 ? TRUE : FALSE;
    client_->appData.qualityLevel = std::max(options.quality, 0);
    client_->appData.useRemoteCursor = TRUE; // else the server paints it into the picture
    client_->canHandleNewFBSize = TRUE;
    client_->format.redShift = 16;
    client_->format.greenShift = 8;
    client_->format.blueShift = 0;
    client_->GetCredential = on_credential;
    client_->FinishedFrameBufferUpdate = [](rfbClient* client) {
        auto* viewer = static_cast<DecodingViewer*>(rfbClientGetClientData(client, &viewer_tag));
        viewer->ended_ = viewer->on_update && !viewer->on_update();
    };
    rfbClientSetClientData(client_, &viewer_tag, this);
    std::string certificate = options.certificate;
    rfbClientSetClientData(client_, &certificate_tag, &certificate);
    const std::array<std::uint32_t, 2> scheme{
        certificate.empty() ? std::uint32_t{rfbNoAuth} : std::uint32_t{rfbVeNCrypt}, 0};
    SetClientAuthSchemes(client_, scheme.data(), 1);
    if (rfbInitClient(client_, nullptr, nullptr) == 0) {
        client_ = nullptr; // the library has freed it
        throw std::runtime_error("the server does not let us in");
    }
    // It lives no longer than the options.
    client_->appData.encodingsString = nullptr;
}

DecodingViewer::~DecodingViewer()
{
    if (client_ != nullptr) {
        std::free(client_->frameBuffer);
        client_->frameBuffer = nullptr;
        rfbClientCleanup(client_);
    }
}

void DecodingViewer::follow_until(std::uint64_t end_us)
{
    ended_ = false;
    for (std::uint64_t now = monotonic_us(); now < end_us && !ended_; now = monotonic_us()) {
        const auto left = static_cast<unsigned>(std::min<std::uint64_t>(end_us - now, 1000000));
        // What the library has read already is not told by the socket.
        const int ready = client_->buffered > 0 ? 1 : WaitForMessage(client_, left);
        if (ready < 0 || (ready > 0 && HandleRFBServerMessage(client_) == 0)) {
            throw std::runtime_error("the server hung up");
        }
    }
}

void DecodingViewer::press_key(std::uint32_t keysym)
{
    SendKeyEvent(client_, keysym, TRUE);
    SendKeyEvent(client_, keysym, FALSE);
}

Canvas DecodingViewer::picture() const
{
    // Allocated by malloc, for pixels of four octets.
    return {static_cast<Pixel*>(static_cast<void*>(client_->frameBuffer)),
            {client_->width, client_->height}};
}

std::uint64_t DecodingViewer::octets_received() const
{
    tcp_info info{};
    socklen_t length = sizeof info;
    if (getsockopt(client_->sock, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) {
        throw std::runtime_error("TCP does not tell its octets");
    }
    return info.tcpi_bytes_received;
}

} // namespace gds::bench
