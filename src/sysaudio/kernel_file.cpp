// Opening, asking and closing other drivers' files.
#include "sysaudio/kernel_file.h"

#include <string>
#include <utility>

#include "nt/io/io_manager.h"
#include "nt/io/reasons.h"
#include "nt/kernel.h"
#include "nt/ob/object_manager.h"

namespace ksbox::sysaudio {
namespace {

/// Handles are of the process whose thread makes them.
void as_the_system(const char *what, const std::function<void()> &work) {
    // Without memory for a thread nothing is done, which callers see by what is missing.
    (void)current_kernel().io().on_system_thread(what, work);
}

Result<KernelFile> made_by_the_system(const char *what,
                                      const std::function<Result<KernelFile>()> &make) {
    Result<KernelFile> made = fail(STATUS_INSUFFICIENT_RESOURCES);
    as_the_system(what, [&] { made = make(); });
    return made;
}

} // namespace

KernelFile::KernelFile(KernelFile &&other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)),
      object_(std::exchange(other.object_, nullptr)) {}

KernelFile &KernelFile::operator=(KernelFile &&other) noexcept {
    if (this != &other) {
        release();
        handle_ = std::exchange(other.handle_, nullptr);
        object_ = std::exchange(other.object_, nullptr);
    }
    return *this;
}

Result<void> KernelFile::reference() {
    PVOID object = nullptr;
    const NTSTATUS status = ObReferenceObjectByHandle(
        handle_, 0, ob::object_type_pointer(ob::ObjectType::file), KernelMode, &object, nullptr);
    if (!NT_SUCCESS(status))
        return fail(status);
    object_ = static_cast<PFILE_OBJECT>(object);
    return {};
}

Result<KernelFile> KernelFile::open(std::u16string_view link) {
    return made_by_the_system("SysAudio open", [&]() -> Result<KernelFile> {
        std::u16string text(link);
        const auto bytes = static_cast<USHORT>(text.size() * sizeof(char16_t));
        UNICODE_STRING name{bytes, bytes, text.data()};
        OBJECT_ATTRIBUTES attributes;
        InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                                   nullptr, nullptr);
        IO_STATUS_BLOCK io{};
        KernelFile file;
        const NTSTATUS status =
            ZwCreateFile(&file.handle_, GENERIC_READ | GENERIC_WRITE, &attributes, &io, nullptr, 0,
                         0, FILE_OPEN, 0, nullptr, 0);
        if (!NT_SUCCESS(status))
            return fail(status);
        KS_CHECK(file.reference());
        return file;
    });
}

Result<KernelFile> KernelFile::create_pin(const KernelFile &filter,
                                          std::span<const std::byte> connect, ACCESS_MASK access,
                                          Reason &refusal) {
    return made_by_the_system("SysAudio connect", [&]() -> Result<KernelFile> {
        io::Reasons::forget();
        KernelFile pin;
        const auto *request = reinterpret_cast<const KSPIN_CONNECT *>(connect.data());
        const NTSTATUS status =
            KsCreatePin(filter.handle_, const_cast<PKSPIN_CONNECT>(request), access, &pin.handle_);
        if (!NT_SUCCESS(status)) {
            refusal = io::Reasons::take();
            pin.handle_ = nullptr;
            return fail(status);
        }
        KS_CHECK(pin.reference());
        return pin;
    });
}

void KernelFile::close() {
    if (const HANDLE handle = std::exchange(handle_, nullptr))
        as_the_system("SysAudio close", [&] { ZwClose(handle); });
}

void KernelFile::release() {
    close();
    if (PFILE_OBJECT object = std::exchange(object_, nullptr))
        ObDereferenceObject(object);
}

NTSTATUS KernelFile::control(ULONG code, std::span<const std::byte> in, std::span<std::byte> out,
                             ULONG &returned) const {
    returned = 0;
    return KsSynchronousIoControlDevice(
        object_, KernelMode, code, const_cast<std::byte *>(in.data()),
        static_cast<ULONG>(in.size()), out.data(), static_cast<ULONG>(out.size()), &returned);
}

Result<std::vector<std::byte>> KernelFile::get(std::span<const std::byte> request) const {
    ULONG bytes = 0;
    NTSTATUS status = control(IOCTL_KS_PROPERTY, request, {}, bytes);
    // Some handlers tell no size.
    constexpr ULONG plenty = 4096;
    if (status == STATUS_BUFFER_TOO_SMALL)
        bytes = plenty;
    else if (status != STATUS_BUFFER_OVERFLOW)
        return fail(NT_SUCCESS(status) ? STATUS_NOT_FOUND : status);
    std::vector<std::byte> value(bytes);
    status = control(IOCTL_KS_PROPERTY, request, value, bytes);
    if (!NT_SUCCESS(status))
        return fail(status);
    value.resize(std::min<std::size_t>(bytes, value.size()));
    return value;
}

NTSTATUS KernelFile::set(const KSPROPERTY &property, std::span<const std::byte> value) const {
    std::vector<std::byte> copy(value.begin(), value.end());
    ULONG returned = 0;
    return control(IOCTL_KS_PROPERTY, std::as_bytes(std::span(&property, 1)), copy, returned);
}

} // namespace ksbox::sysaudio
