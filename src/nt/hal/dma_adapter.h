// DMA adapters: logical addresses are physical ones. A device that cannot reach a page, or cannot
// scatter, gets the data through a bounce buffer below its limit, as the HAL's map registers do.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <optional>
#include <vector>

#include "abi/windows.h"

#include "base/result.h"
#include "nt/mm/memory.h"

namespace ksbox::mm {
class Pool;
}

namespace ksbox::hal {

/// Part of a buffer that one MDL, or the MDLs chained to it, describe.
struct Transfer {
    MDL *mdl;
    std::byte *address; ///< an index into the MDL: MmGetMdlVirtualAddress plus an offset
    std::size_t bytes;
};

/// A physically contiguous piece.
struct Piece {
    std::uint64_t physical;
    std::size_t bytes;
};

/// Copies made on a device's behalf.
class BounceBuffer {
  public:
    BounceBuffer(mm::Memory &memory, mm::Pool &pool) : memory_(memory), pool_(pool) {}
    ~BounceBuffer();
    BounceBuffer(const BounceBuffer &) = delete;
    BounceBuffer &operator=(const BounceBuffer &) = delete;

    bool allocate(std::size_t bytes, std::uint64_t highest);
    bool allocated() const { return base_ != nullptr; }
    std::byte *base() const { return base_; }
    /// Room for the transfer, its data copied in when the device reads it; nothing when there is
    /// no room left.
    std::optional<std::uint64_t> add(const Transfer &transfer, bool to_device);
    /// Data that the device wrote goes to where it belongs; the room is free again.
    void flush(bool to_device);

  private:
    struct Part {
        Transfer transfer;
        std::size_t offset;
    };
    mm::Memory &memory_;
    mm::Pool &pool_;
    std::byte *base_ = nullptr;
    std::size_t bytes_ = 0;
    std::size_t used_ = 0;
    std::vector<Part> parts_;
};

/// What a MapRegisterBase points at.
struct MapRegisters {
    MapRegisters(ULONG count, mm::Memory &memory, mm::Pool &pool)
        : count(count), bounce(memory, pool) {}
    const ULONG count;
    BounceBuffer bounce;
};

struct ScatterGather;

class Adapter {
  public:
    Adapter(mm::Memory &memory, mm::Pool &pool, const DEVICE_DESCRIPTION &description,
            const DMA_OPERATIONS &operations);
    Adapter(const Adapter &) = delete;
    Adapter &operator=(const Adapter &) = delete;
    static Adapter &of(PDMA_ADAPTER adapter) { return *reinterpret_cast<Adapter *>(adapter); }

    ULONG map_registers() const { return map_registers_; }
    /// The last physical byte that the device reaches.
    std::uint64_t highest() const { return highest_; }
    std::size_t registers_for(const Transfer &transfer) const;

    /// The transfer's contiguous pieces. STATUS_BUFFER_TOO_SMALL when it reaches beyond the MDLs.
    static Result<std::vector<Piece>> pieces(const Transfer &transfer);
    /// Whether the device can work on the pieces themselves.
    bool reaches(const std::vector<Piece> &pieces) const;

    /// Runs `routine` now or when the adapter is free. STATUS_INSUFFICIENT_RESOURCES.
    /// DISPATCH_LEVEL.
    /// `key` names the request for cancel().
    Result<void> allocate_channel(PDEVICE_OBJECT device, ULONG registers, PDRIVER_CONTROL routine,
                                  void *context, const void *key = nullptr);
    /// The channel and its registers at once, or not at all: STATUS_INSUFFICIENT_RESOURCES.
    Result<MapRegisters *> take_channel(ULONG registers);
    /// Takes a request back that still waits. False: there is none.
    bool cancel(const void *key);
    /// Of whom the channel belongs to; null: nobody's, or freed.
    MapRegisters *current_registers() const { return current_; }
    void free_channel();
    void free_registers(MapRegisters *registers);
    std::uint64_t map(MapRegisters &registers, Transfer &transfer, bool to_device);

    DMA_ADAPTER header; ///< first: what the driver has the address of
    /// A slave's: what the system's controller was last told to move. No device of a box asks it
    /// for a byte, so that it stays at that.
    std::atomic<ULONG> counter = 0;
    const bool master;

  private:
    struct Request {
        PDEVICE_OBJECT device;
        PDRIVER_CONTROL routine;
        void *context;
        MapRegisters *registers;
        const void *key;
    };
    Result<MapRegisters *> make_registers(ULONG count);
    void run(const Request &request);

    mm::Memory &memory_;
    mm::Pool &pool_;
    ULONG map_registers_;
    std::uint64_t highest_;
    bool scatters_;
    KSPIN_LOCK lock_ = 0; // of what follows
    bool busy_ = false;
    MapRegisters *current_ = nullptr;
    std::list<Request> waiting_;
    std::list<MapRegisters> registers_;
};

/// The list that GetScatterGatherList and BuildScatterGatherList fill: SCATTER_GATHER_LIST's
/// Reserved leads to it.
struct ScatterGather {
    Transfer transfer;
    BounceBuffer bounce;
    bool owns_list; ///< made by GetScatterGatherList
    MDL *built = nullptr;

    static ScatterGather &of(PSCATTER_GATHER_LIST list) {
        return *reinterpret_cast<ScatterGather *>(list->Reserved);
    }
};

} // namespace ksbox::hal
