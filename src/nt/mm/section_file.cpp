// Reading and writing a section's file; see section_file.h.
#include "nt/mm/section_file.h"

#include <algorithm>

#include "nt/io/device_object.h"
#include "nt/io/irp.h"
#include "nt/ke/thread.h"
#include "nt/kernel.h"
#include "nt/ob/object_manager.h"

namespace ksbox::mm {
namespace {

/// One request carries at most so much.
constexpr std::uint64_t chunk = 1 << 20;

/// The device that a file's requests go to, referenced for a scope.
class Top {
  public:
    explicit Top(PFILE_OBJECT file)
        : device_(io::top_of_stack(current_kernel(), file->DeviceObject)) {}
    ~Top() { ObfDereferenceObject(device_); }
    Top(const Top &) = delete;
    Top &operator=(const Top &) = delete;
    PDEVICE_OBJECT device() const { return device_; }

  private:
    PDEVICE_OBJECT device_;
};

Result<void> information(PFILE_OBJECT file, UCHAR major, FILE_INFORMATION_CLASS what, void *buffer,
                         ULONG bytes) {
    Kernel &kernel = current_kernel();
    Top top(file);
    PIRP irp = io::allocate_irp(kernel, top.device()->StackSize);
    if (irp == nullptr)
        return fail(STATUS_INSUFFICIENT_RESOURCES);
    irp->AssociatedIrp.SystemBuffer = buffer;
    irp->Tail.Overlay.Thread = reinterpret_cast<PETHREAD>(ke::current_thread().body);
    auto &stack = *IoGetNextIrpStackLocation(irp);
    stack.MajorFunction = major;
    stack.FileObject = file;
    // Query and set agree in these two.
    stack.Parameters.QueryFile.Length = bytes;
    stack.Parameters.QueryFile.FileInformationClass = what;
    const NTSTATUS status = io::send_and_wait(kernel, top.device(), irp);
    if (status == STATUS_INVALID_DEVICE_REQUEST)
        return fail(STATUS_INVALID_FILE_FOR_SECTION);
    if (!NT_SUCCESS(status))
        return fail(status);
    return {};
}

Result<void> transfer(PFILE_OBJECT file, ULONG major, std::byte *buffer, std::uint64_t offset,
                      std::uint64_t bytes) {
    Top top(file);
    for (std::uint64_t done = 0; done < bytes;) {
        const auto part = static_cast<ULONG>(std::min(chunk, bytes - done));
        LARGE_INTEGER at;
        at.QuadPart = static_cast<LONGLONG>(offset + done);
        KEVENT event;
        KeInitializeEvent(&event, NotificationEvent, FALSE);
        IO_STATUS_BLOCK block{};
        PIRP irp = IoBuildSynchronousFsdRequest(major, top.device(), buffer + done, part, &at,
                                                &event, &block);
        if (irp == nullptr)
            return fail(STATUS_INSUFFICIENT_RESOURCES);
        IoGetNextIrpStackLocation(irp)->FileObject = file;
        NTSTATUS status = IofCallDriver(top.device(), irp);
        if (status == STATUS_PENDING) {
            KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, nullptr);
            status = block.Status;
        }
        if (!NT_SUCCESS(status))
            return fail(status);
        if (block.Information == 0)
            return fail(STATUS_END_OF_FILE);
        done += block.Information;
    }
    return {};
}

} // namespace

Result<std::uint64_t> file_size(PFILE_OBJECT file) {
    FILE_STANDARD_INFORMATION facts{};
    KS_CHECK(
        information(file, IRP_MJ_QUERY_INFORMATION, FileStandardInformation, &facts, sizeof facts));
    if (facts.Directory)
        return fail(STATUS_INVALID_FILE_FOR_SECTION);
    return static_cast<std::uint64_t>(facts.EndOfFile.QuadPart);
}

Result<void> set_file_size(PFILE_OBJECT file, std::uint64_t bytes) {
    FILE_END_OF_FILE_INFORMATION end{};
    end.EndOfFile.QuadPart = static_cast<LONGLONG>(bytes);
    return information(file, IRP_MJ_SET_INFORMATION, FileEndOfFileInformation, &end, sizeof end);
}

Result<void> read_file(PFILE_OBJECT file, std::byte *to, std::uint64_t bytes) {
    return transfer(file, IRP_MJ_READ, to, 0, bytes);
}

Result<void> write_file(PFILE_OBJECT file, std::byte *from, std::uint64_t offset,
                        std::uint64_t bytes) {
    return transfer(file, IRP_MJ_WRITE, from, offset, bytes);
}

} // namespace ksbox::mm
