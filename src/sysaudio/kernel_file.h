// A file of somebody else's driver, opened by the system: a filter, or a pin of one. Its handle
// lives in the system process, so that whoever needs a graph next can use it.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "abi/windows.h"
#include "base/result.h"
#include "ksbox/reason.h"

namespace ksbox::sysaudio {

/// PASSIVE_LEVEL throughout. The handle may go before the file object does: requests that are under
/// way on it still name that.
class KernelFile {
  public:
    KernelFile() = default;
    KernelFile(KernelFile &&other) noexcept;
    KernelFile &operator=(KernelFile &&other) noexcept;
    ~KernelFile() { release(); }

    /// A filter, by the symbolic link of its interface. The create's status.
    static Result<KernelFile> open(std::u16string_view link);
    /// A pin below a filter; `connect` is a KSPIN_CONNECT with what follows it. Why it was refused
    /// goes to `refusal`.
    static Result<KernelFile> create_pin(const KernelFile &filter,
                                         std::span<const std::byte> connect, ACCESS_MASK access,
                                         Reason &refusal);

    HANDLE handle() const { return handle_; }
    PFILE_OBJECT object() const { return object_; }
    explicit operator bool() const { return object_ != nullptr; }

    /// IRP_MJ_CLEANUP for it: the handle goes.
    void close();
    /// And the file object, when nothing is under way on it.
    void release();

    /// IOCTL_KS_PROPERTY: the whole value, of whatever size. `request` begins with a KSPROPERTY.
    Result<std::vector<std::byte>> get(std::span<const std::byte> request) const;
    template <typename T> Result<std::vector<std::byte>> get(const T &request) const {
        return get(std::as_bytes(std::span(&request, 1)));
    }
    NTSTATUS set(const KSPROPERTY &property, std::span<const std::byte> value) const;
    /// Any control code, with its answer where it is to be.
    NTSTATUS control(ULONG code, std::span<const std::byte> in, std::span<std::byte> out,
                     ULONG &returned) const;

  private:
    Result<void> reference();

    HANDLE handle_ = nullptr;
    PFILE_OBJECT object_ = nullptr;
};

} // namespace ksbox::sysaudio
