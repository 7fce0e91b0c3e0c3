// SPDX-License-Identifier: GPL-2.0-or-later
#include "service/tls_source.h"

#include "base/log.h"
#include "base/text.h"
#include "base/translate.h"

#include <utility>

namespace gds {

namespace {

// What load_tls() knows of, it complains of itself. After anything else (no memory) nothing is
// left in use: what was loaded before may be more open than what the settings say now.
TlsLoaded load_or_complain(const TlsSource::Load& load, const TlsSettings& settings,
                           const std::string& directory, const TlsCredentialsPtr& before)
{
    try {
        return load(settings, directory, before);
    } catch (const std::exception& error) {
        TlsLoaded nothing;
        nothing.complaints.push_back(
            format_text(_("Certificate and TLS settings cannot be used: %s. This is tried again."),
                        error.what()));
        nothing.worth_a_retry = true;
        return nothing;
    }
}

} // namespace

TlsSource::TlsSource(WorkerPool& workers, std::string own_directory, OnLoaded on_loaded)
    : TlsSource(workers, std::move(own_directory), std::move(on_loaded), Timing{})
{}

TlsSource::TlsSource(WorkerPool& workers, std::string own_directory, OnLoaded on_loaded,
                     Timing timing, Load load)
    : workers_(workers), own_directory_(std::move(own_directory)), on_loaded_(std::move(on_loaded)),
      timing_(timing), load_(std::move(load))
{}

TlsSource::~TlsSource()
{
    for (const auto& monitor : monitors_) {
        g_signal_handlers_disconnect_by_data(monitor.get(), this);
        g_file_monitor_cancel(monitor.get());
    }
}

void TlsSource::set(const TlsSettings& settings)
{
    if (set_ && settings == settings_) {
        return;
    }
    settings_ = settings;
    watch();
    if (std::exchange(set_, true)) {
        begin_load();
    } else {
        take(load_or_complain(load_, settings_, own_directory_, nullptr));
    }
}

// Before the files are read, so that no change falls between.
void TlsSource::watch()
{
    for (const auto& monitor : monitors_) {
        g_signal_handlers_disconnect_by_data(monitor.get(), this);
        g_file_monitor_cancel(monitor.get());
    }
    monitors_.clear();
    std::vector<std::string> paths{settings_.certificate_file, settings_.private_key_file};
    if (settings_.certificate_file.empty() && settings_.private_key_file.empty()) {
        paths = {own_directory_ + "/cert.pem", own_directory_ + "/key.pem"};
    }
    if (settings_.client_certificates != ClientCertificates::ignore) {
        paths.push_back(settings_.ca_file);
        paths.push_back(settings_.crl_file);
    }
    for (const auto& path : paths) {
        if (path.empty()) {
            continue;
        }
        const GObjectPtr<GFile> file{g_file_new_for_path(path.c_str())};
        GObjectPtr<GFileMonitor> monitor{
            g_file_monitor_file(file.get(), G_FILE_MONITOR_WATCH_MOVES, nullptr, nullptr)};
        if (!monitor) {
            log_warning("changes of " + path + " are noticed once an hour only");
            continue;
        }
        g_signal_connect(monitor.get(), "changed", G_CALLBACK(on_file_changed), this);
        monitors_.push_back(std::move(monitor));
    }
}

// Whatever it was: a change of the mode may make a key unusable.
void TlsSource::on_file_changed(GFileMonitor*, GFile*, GFile*, GFileMonitorEvent, void* self)
{
    auto& source = *static_cast<TlsSource*>(self);
    source.load_soon(source.timing_.settle);
}

void TlsSource::load_soon(std::chrono::milliseconds delay)
{
    timer_ = call_after(delay, [this] { begin_load(); });
}

void TlsSource::begin_load()
{
    if (loading_) {
        load_again_ = true;
        return;
    }
    loading_ = true;
    auto loading = load();
    loads_.spawn(std::move(loading), [this](std::exception_ptr failure) {
        loading_ = false;
        if (failure) {
            log_warning("certificate and TLS settings could not be handed on");
        }
        if (std::exchange(load_again_, false)) {
            begin_load();
        }
    });
}

Task<> TlsSource::load()
{
    auto job = [load = load_, settings = settings_, directory = own_directory_,
                before = credentials_] {
        return load_or_complain(load, settings, directory, before);
    };
    auto loaded = co_await workers_.run(std::move(job));
    take(std::move(loaded));
}

void TlsSource::take(TlsLoaded loaded)
{
    std::string complaint;
    for (const auto& each : loaded.complaints) {
        complaint += (complaint.empty() ? "" : " ") + each;
    }
    const bool changed = loaded.credentials && credentials_ &&
                         loaded.credentials->fingerprint() != credentials_->fingerprint();
    if (changed) {
        log_info("the certificate is now " + loaded.credentials->fingerprint());
    }
    credentials_ = std::move(loaded.credentials);
    on_loaded_(credentials_, std::move(complaint));
    load_soon(loaded.worth_a_retry ? timing_.retry : timing_.look_again);
}

} // namespace gds
