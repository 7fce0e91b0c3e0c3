// SPDX-License-Identifier: GPL-2.0-or-later
// libvncclient as a viewer without a human: logs in, types, saves what it sees. It takes the first
// VeNCrypt sub-type of the server's list that it knows. With the HOST "listen" it is called there.
//   VNC_USERNAME=.. VNC_PASSWORD=.. libvncclient-viewer HOST PORT CA.pem ENCODINGS OUT.ppm [TEXT
//   [SECONDS]]
#include <rfb/rfbclient.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static rfbCredential* on_credential(rfbClient* client, int type)
{
    rfbCredential* credential = calloc(1, sizeof *credential);
    if (type == rfbCredentialTypeUser) {
        credential->userCredential.username = strdup(getenv("VNC_USERNAME"));
        credential->userCredential.password = strdup(getenv("VNC_PASSWORD"));
    } else {
        credential->x509Credential.x509CACertFile = strdup(rfbClientGetClientData(client, NULL));
        credential->x509Credential.x509CrlVerifyMode = rfbX509CrlVerifyNone;
    }
    return credential;
}

static char* on_user(rfbClient* client)
{
    (void)client;
    return strdup(getenv("VNC_USERNAME"));
}

static char* on_password(rfbClient* client)
{
    (void)client;
    return strdup(getenv("VNC_PASSWORD"));
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// Follows the screen that long; false when the server has gone.
static rfbBool follow(rfbClient* client, double seconds)
{
    for (const double end = now() + seconds; now() < end;) {
        const int ready = WaitForMessage(client, 50000);
        if (ready < 0 || (ready > 0 && !HandleRFBServerMessage(client))) {
            return FALSE;
        }
    }
    return TRUE;
}

// Of the next character; the text is UTF-8.
static uint32_t next_keysym(const char** text)
{
    const unsigned char first = (unsigned char)*(*text)++;
    uint32_t character = first < 0x80 ? first
                                      : first & (first < 0xe0   ? 0x1f
                                                 : first < 0xf0 ? 0xf
                                                                : 7);
    while (((unsigned char)**text & 0xc0) == 0x80) {
        character = character << 6 | ((unsigned char)*(*text)++ & 0x3f);
    }
    return character == '\n' ? XK_Return : character < 0x100 ? character : 0x1000000 + character;
}

static rfbBool type(rfbClient* client, const char* text)
{
    // one key, and time, before the text: a seat that has just got its keyboard loses the first
    SendKeyEvent(client, XK_Shift_L, TRUE);
    SendKeyEvent(client, XK_Shift_L, FALSE);
    if (!follow(client, 0.5)) {
        return FALSE;
    }
    while (*text != '\0') {
        const uint32_t keysym = next_keysym(&text);
        SendKeyEvent(client, keysym, TRUE);
        SendKeyEvent(client, keysym, FALSE);
        if (!follow(client, 0.05)) {
            return FALSE;
        }
    }
    return TRUE;
}

static void save(const rfbClient* client, const char* file)
{
    FILE* out = fopen(file, "wb");
    if (!out) {
        perror(file);
        exit(1);
    }
    fprintf(out, "P6\n%d %d\n255\n", client->width, client->height);
    const uint32_t* pixels = (const uint32_t*)client->frameBuffer;
    for (int i = 0; i < client->width * client->height; i++) {
        const unsigned char rgb[3] = {(unsigned char)(pixels[i] >> client->format.redShift),
                                      (unsigned char)(pixels[i] >> client->format.greenShift),
                                      (unsigned char)(pixels[i] >> client->format.blueShift)};
        fwrite(rgb, 1, 3, out);
    }
    fclose(out);
}

int main(int argc, char** argv)
{
    if (argc < 6) {
        fprintf(stderr, "usage: %s HOST PORT CA.pem ENCODINGS OUT.ppm [TEXT [SECONDS]]\n", argv[0]);
        return 2;
    }
    rfbClient* client = rfbGetClient(8, 3, 4);
    client->serverHost = strdup(argv[1]);
    client->serverPort = atoi(argv[2]);
    client->appData.encodingsString = argv[4];
    client->appData.compressLevel = 6;
    client->appData.enableJPEG = FALSE;
    client->appData.useRemoteCursor = TRUE; // else the server paints it into the picture
    client->GetCredential = on_credential;
    client->GetUser = on_user; // these two for SASL
    client->GetPassword = on_password;
    rfbClientSetClientData(client, NULL, argv[3]);
    if (strcmp(argv[1], "listen") == 0) {
        client->serverHost = strdup("127.0.0.1");
        client->listenSpecified = TRUE;
        client->listenAddress = client->serverHost;
        client->listenPort = client->serverPort;
        client->listen6Port = -1;
        if (listenForIncomingConnectionsNoFork(client, 60 * 1000000) <= 0) {
            fprintf(stderr, "libvncclient was not called\n");
            return 1;
        }
    }
    if (!rfbInitClient(client, NULL, NULL)) {
        fprintf(stderr, "libvncclient could not log in\n");
        return 1;
    }
    const double watch = argc > 7 ? atof(argv[7]) : 1.5;
    if (!follow(client, 1) || (argc > 6 && !type(client, argv[6])) || !follow(client, watch)) {
        fprintf(stderr, "the server hung up\n");
        return 1;
    }
    save(client, argv[5]);
    rfbClientCleanup(client);
    return 0;
}
