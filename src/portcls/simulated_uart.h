// An MPU-401 in UART mode that is not there: at each I/O port that a driver's resource list names,
// one whose output is plugged into its input. Bytes take the time that they take on a MIDI cable.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "portcls/com.h"

namespace ksbox::portcls {

class SimulatedUart {
  public:
    SimulatedUart();
    ~SimulatedUart();
    SimulatedUart(const SimulatedUart &) = delete;
    SimulatedUart &operator=(const SimulatedUart &) = delete;

    /// The box's, at that I/O port.
    static std::shared_ptr<SimulatedUart> at(Kernel &kernel, LONGLONG port);

    // IRQL <= DISPATCH_LEVEL.
    void write(std::span<const UCHAR> bytes);
    struct Heard {
        LONGLONG clock_100ns;
        UCHAR byte;
    };
    /// What has come in by now, at most so many bytes.
    std::vector<Heard> read(std::size_t most);
    /// The interrupt: asks the group for service when bytes have come in. Null: nobody.
    void set_listener(IServiceGroup *group);

  private:
    static void NTAPI arrived(PKDPC dpc, PVOID context, PVOID, PVOID);

    KTIMER timer_{};
    KDPC dpc_{};
    KSPIN_LOCK lock_ = 0;     ///< guards what follows
    std::deque<Heard> bytes_; ///< on the cable, or in
    IServiceGroup *listener_ = nullptr;
};

/// IMiniport of the system's own MIDI miniports, with one reference; null without memory.
/// @doc NF:portcls.PcNewMiniport
IMiniport *make_uart_miniport(Kernel &kernel, bool capture);

} // namespace ksbox::portcls
