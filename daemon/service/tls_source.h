// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps the TLS credentials up to date with the settings, with the files that these name, and with
// the calendar. Owned by main, which hands the credentials to the server.
#pragma once

#include "base/gobject_ptr.h"
#include "base/source.h"
#include "base/task_scope.h"
#include "base/worker_pool.h"
#include "io/tls_credentials.h"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <gio/gio.h>

namespace gds {

class TlsSource {
public:
    // `credentials` may be null; `complaint` names what cannot be used, empty when all is well.
    using OnLoaded = std::function<void(TlsCredentialsPtr credentials, std::string complaint)>;

    struct Timing {
        // A certificate and its key are written one after the other.
        std::chrono::milliseconds settle{500};
        // While something is wrong: a full disk gets room, a wrong clock is set.
        std::chrono::milliseconds retry{30'000};
        // Certificates expire without a word, and not every file system tells of changes.
        std::chrono::milliseconds look_again{3'600'000};
    };

    // load_tls(), as a rule.
    using Load = std::function<TlsLoaded(const TlsSettings& settings, const std::string& directory,
                                         const TlsCredentialsPtr& before)>;

    TlsSource(WorkerPool& workers, std::string own_directory, OnLoaded on_loaded);
    TlsSource(WorkerPool& workers, std::string own_directory, OnLoaded on_loaded, Timing timing,
              Load load = load_tls);
    ~TlsSource();
    TlsSource(const TlsSource&) = delete;
    TlsSource& operator=(const TlsSource&) = delete;

    // The first call loads at once, so that nobody finds us without a certificate; later ones load
    // on a worker, when the settings differ.
    void set(const TlsSettings& settings);
    // As if a file had changed.
    void look_again() { begin_load(); }

private:
    static void on_file_changed(GFileMonitor* monitor, GFile* file, GFile* other,
                                GFileMonitorEvent event, void* self);
    void watch();
    void load_soon(std::chrono::milliseconds delay);
    void begin_load();
    Task<> load();
    void take(TlsLoaded loaded);

    WorkerPool& workers_;
    std::string own_directory_;
    OnLoaded on_loaded_;
    Timing timing_;
    Load load_;
    TlsSettings settings_;
    bool set_ = false;
    bool loading_ = false;
    bool load_again_ = false;
    TlsCredentialsPtr credentials_;
    std::vector<GObjectPtr<GFileMonitor>> monitors_;
    Source timer_;
    TaskScope loads_;
};

} // namespace gds
