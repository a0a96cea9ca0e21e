// A driver in a box: from the file to a started device, and back to nothing.
#include <algorithm>

#include <fmt/format.h>

#include "abi/guid_names.h"
#include "base/status_names.h"
#include "base/unicode.h"
#include "box/coverage.h"
#include "box/driver_images.h"
#include "box/registry_files.h"
#include "box/sanitizer_findings.h"
#include "box/state.h"
#include "kmdf/framework.h"
#include "ks/device.h"
#include "ks/lint.h"
#include "loader/profile.h"
#include "nt/cm/registry.h"
#include "nt/io/interfaces.h"
#include "nt/io/pnp.h"
#include "nt/io/user_services.h"
#include "nt/mm/pool.h"

namespace ksbox {

DriverState::DriverState(Box::State &box, std::filesystem::path file, DriverOptions options)
    : LoadedDriver(box, file.filename().string()), file_(std::move(file)),
      options_(std::move(options)), service_(to_utf16(file_.stem().string())) {}

// Its service is called as the .inf file calls it, else after the driver's file.
void DriverState::find_installation() {
    installation_ =
        box::Installation::find(file_, options_.inf, box_.kernel->options().windows_version);
    if (installation_)
        service_ = to_utf16(installation_->device().service);
}

void DriverState::write_registry() {
    cm::Registry &registry = box_.kernel->registry();
    std::u16string parameters = service_key() + u"\\Parameters";
    auto created = registry.create_key(parameters);
    if (!created)
        throw Error(std::uint32_t(created.error().value()), "the registry refuses " + name_);
    if (installation_)
        if (auto done = installation_->write_service(*box_.kernel, service_key()); !done)
            throw Error(std::uint32_t(STATUS_INVALID_PARAMETER),
                        installation_->message(done.error()));
    for (const auto &file : options_.registry_files)
        box::merge_registry_file(*box_.kernel, file);
    for (const auto &[key, value] : options_.parameters)
        if (auto set = registry.assign(to_utf8(service_), key + "=" + value); !set)
            throw Error(std::uint32_t(STATUS_INVALID_PARAMETER), set.error());
}

std::u16string DriverState::service_key() const {
    return u"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\" + service_;
}

// DriverEntry, then a device on the root bus for AddDevice. Throws; what was done is undone.
void DriverState::start() {
    box_.run([&] {
        find_installation();
        write_registry();
        auto image = box_.kernel->extension<box::DriverImages>().load(file_);
        if (!image)
            throw Error(std::uint32_t(STATUS_INVALID_IMAGE_FORMAT),
                        file_.string() + ": " + image.error().message);
        image_ = *image;
        if (!options_.coverage.empty() && !loader::raw_profile(*image_)) {
            unmap();
            throw Error(std::uint32_t(STATUS_NOT_SUPPORTED),
                        name_ + " keeps no counts: it is not built with COVERAGE");
        }
        if (options_.before_entry)
            options_.before_entry(describe_image());
        io::DriverImage facts{.service_name = service_,
                              .registry_path = service_key(),
                              .base = image_->base(),
                              .bytes = image_->size(),
                              .entry = reinterpret_cast<PDRIVER_INITIALIZE>(image_->entry_point())};
        auto object = box_.kernel->io().load_driver(facts);
        if (!object) {
            const std::string reason = box_.kernel->extension<kmdf::Framework>().take_refusal(
                image_->base(), image_->size());
            fail_start(std::uint32_t(object.error().value()),
                       reason.empty() ? name_ + ": DriverEntry failed with " +
                                            describe_status(object.error().value())
                                      : name_ + ": " + reason);
        }
        object_ = *object;
        add_device();
    });
}

LoadedImage DriverState::describe_image() const {
    LoadedImage loaded{.file = image_->path(),
                       .base = reinterpret_cast<std::uint64_t>(image_->base()),
                       .entry = reinterpret_cast<std::uint64_t>(image_->entry_point()),
                       .sections = {}};
    for (const loader::Section &section : image_->sections())
        loaded.sections.push_back({section.name, loaded.base + section.rva});
    return loaded;
}

void DriverState::make_device() {
    io::DeviceFacts device;
    device.device_id = u"ROOT\\" + service_;
    device.hardware_ids = {device.device_id};
    device.friendly_name = device.description = to_utf16(file_.stem().string());
    box::Installation::Written installed;
    if (installation_) {
        installed = installation_->describe(device);
        device.install = [&](const io::DeviceNode &node) -> Result<void> {
            if (installed)
                installed = installation_->write_device(*box_.kernel, node);
            if (!installed)
                return fail(STATUS_INVALID_PARAMETER);
            return {};
        };
    }
    if (!options_.hardware_id.empty())
        device.hardware_ids = {to_utf16(options_.hardware_id)};
    if (!options_.friendly_name.empty())
        device.friendly_name = device.description = to_utf16(options_.friendly_name);
    const auto node = box_.kernel->io().pnp().add_device(object_, std::move(device));
    if (!node && !installed)
        throw Error(std::uint32_t(node.error().value()), installation_->message(installed.error()));
    if (!node)
        throw not_started(node.error().value());
    await_post_start();
}

// With what KS and PortCls have found in the driver: mostly that is why.
Error DriverState::not_started(std::int32_t status) const {
    Reason reason{.sentence = {}, .details = box_.kernel->extension<ks::Findings>().of(object_)};
    std::string message = name_ + ": its device did not start: " + describe_status(status);
    for (const std::string &finding : reason.details)
        message += "\n  " + finding;
    return {std::uint32_t(status), message, std::move(reason)};
}

void DriverState::add_device() {
    if (object_->DriverExtension->AddDevice == nullptr)
        return; // a driver of the old kind made its devices in DriverEntry
    try {
        make_device();
    } catch (const BoxStopped &) {
        throw;
    } catch (const Error &error) {
        fail_start(error.code(), error.what(), {error.reason(), error.details()});
    }
}

void DriverState::fail_start(std::uint32_t status, std::string message, Reason reason) {
    for (const std::string &sentence : take_down())
        message += "\n  " + sentence;
    throw Error(status, message, std::move(reason));
}

void DriverState::take_profile() {
    if (!options_.coverage.empty() && image_ != nullptr)
        profile_ = loader::raw_profile(*image_);
}

std::string DriverState::write_coverage() {
    take_profile(); // of a stopped box's driver
    if (!profile_)
        return {};
    const auto written = box::write_coverage(options_.coverage, *profile_, file_);
    profile_.reset();
    options_.coverage.clear();
    return written ? std::string() : written.error();
}

void DriverState::unmap() {
    take_profile();
    box_.kernel->extension<kmdf::Framework>().forget(image_->base(), image_->size());
    box_.kernel->extension<box::DriverImages>().unload(*image_);
    image_ = nullptr;
}

// By file and line, while the image is there to tell.
std::vector<std::string> DriverState::leaks_of_image() {
    std::vector<std::string> leaks;
    const auto &images = box_.kernel->extension<box::DriverImages>();
    for (const mm::PoolBlock &block :
         box_.kernel->pool().outstanding(image_->base(), image_->base() + image_->size())) {
        std::string leak =
            fmt::format("leak: {} bytes of pool, tag {}", block.bytes, mm::tag_text(block.tag));
        const char *relation = ", allocated at ";
        for (const loader::SymbolizedFrame &frame : images.symbolize(block.allocated)) {
            leak += relation + frame.to_text();
            relation = "\n  called from ";
        }
        leaks.push_back(std::move(leak));
    }
    return leaks;
}

// Those that did not end the process: of undefined behaviour.
std::vector<std::string> DriverState::sanitizer_errors() {
    std::vector<std::string> errors;
    const auto places = box_.kernel->extension<box::SanitizerFindings>().take(
        reinterpret_cast<std::uint64_t>(image_->base()), image_->size());
    for (const loader::SymbolizedFrame &frame :
         box_.kernel->extension<box::DriverImages>().symbolize(places))
        errors.push_back("a sanitizer reported an error at " + frame.to_text());
    return errors;
}

// The driver object, if DriverEntry left one, and the image. What it left behind, one sentence
// each; when it cannot be unloaded, both stay.
std::vector<std::string> DriverState::take_down() {
    std::vector<std::string> left;
    const bool gone = object_ == nullptr || take_down_object(left);
    if (gone)
        for (std::string &leak : leaks_of_image())
            left.push_back(std::move(leak));
    for (std::string &finding : sanitizer_errors())
        left.push_back(std::move(finding));
    if (!gone)
        return left;
    unmap();
    return left;
}

std::vector<std::string> DriverState::unload() {
    std::vector<std::string> left;
    if (image_ == nullptr)
        return left;
    box_.run([&] { left = take_down(); });
    if (std::string problem = write_coverage(); !problem.empty())
        left.push_back(std::move(problem));
    return left;
}

} // namespace ksbox
