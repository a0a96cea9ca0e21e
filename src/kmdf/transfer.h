// The buffers of one journey of a request: what the driver gave, and what the target's device sees
// of it. @doc wdf/accessing-data-buffers-in-kmdf-drivers, kernel/methods-for-accessing-data-buffers
#pragma once

#include <cstddef>

#include "kmdf/object.h"

namespace ksbox::kmdf {

/// A part of a memory object, or a buffer of the driver's, or none.
struct Part {
    std::byte *data = nullptr;
    std::size_t bytes = 0;
    Object *memory = nullptr; ///< the WDFMEMORY, if it is one
    std::size_t offset = 0;   ///< in it
    PMDL mdl = nullptr;       ///< what describes it already

    /// STATUS_INVALID_DEVICE_REQUEST: more than the buffer has. Null memory: an empty part.
    static NTSTATUS of(WDFMEMORY memory, const WDFMEMORY_OFFSET *offset, const char *function,
                       Part &part);
    static NTSTATUS of(const WDF_MEMORY_DESCRIPTOR *descriptor, const char *function, Part &part);
};

enum class Access : unsigned char { buffered, direct, neither };

class Transfer {
  public:
    Transfer() = default;
    Transfer(Transfer &&other) noexcept { swap(other); }
    Transfer &operator=(Transfer &&other) noexcept {
        swap(other);
        return *this;
    }
    ~Transfer();

    /// For a control code, by its method.
    NTSTATUS prepare_control(Client &client, ULONG code, const Part &input, const Part &output);
    /// For a read (into `part`) or a write.
    NTSTATUS prepare_data(Client &client, Access access, bool read, const Part &part);
    /// Arguments that only the two drivers understand: kept alive, nothing else.
    void keep(const Part &first, const Part &second, const Part &third);

    /// What the device finds in the IRP and its stack location.
    void put(IRP &irp, IO_STACK_LOCATION &stack) const;
    /// Brings back what the device has written, `information` bytes.
    void finish(NTSTATUS status, ULONG_PTR information);

    const Part &input() const { return input_; }
    const Part &output() const { return output_; }

  private:
    void swap(Transfer &other) noexcept;
    NTSTATUS describe(const Part &part, LOCK_OPERATION operation);
    NTSTATUS allocate(Client &client, std::size_t bytes);
    void hold(const Part &part, std::size_t slot);

    Part input_, output_;
    Reference held_[3];
    Client *client_ = nullptr;
    std::byte *system_ = nullptr; ///< a block of the pool
    bool copies_back_ = false;
    PMDL mdl_ = nullptr;
    bool own_mdl_ = false;
    void *user_ = nullptr;  ///< IRP.UserBuffer
    void *type3_ = nullptr; ///< Type3InputBuffer
};

} // namespace ksbox::kmdf
