// For tests of the data plane: a kernel with an AVStream driver written on the host side, and a
// client that streams through its pins by handles and control codes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "abi/guid.h"
#include "abi/windows.h"
#include "ks/data_exports.h"
#include "nt/io/io_manager.h"
#include "nt/io/pnp.h"
#include "nt/io/user_services.h"
#include "nt/ke/bug_check.h"
#include "nt/ke/scheduler.h"
#include "nt/kernel.h"
#include "nt/ob/object_manager.h"
#include "nt/ps/process.h"

namespace ksbox::ks::test {

inline constexpr ULONG sink_pin = 0;    ///< data flows in, IRP sink
inline constexpr ULONG capture_pin = 1; ///< data flows out, IRP sink or source
inline constexpr ULONG source_pin = 2;  ///< data flows out, IRP source
inline constexpr ULONG pull_pin = 3;    ///< data flows in, IRP source

/// What the driver does; set by a test before start(), called by the driver's dispatch functions.
struct Driver {
    std::function<NTSTATUS(PKSPIN)> process;
    std::function<NTSTATUS(PKSFILTER, PKSPROCESSPIN_INDEXENTRY)> filter_process;
    std::function<NTSTATUS(PKSPIN, KSSTATE to, KSSTATE from)> set_state;
    std::function<void(PKSPIN)> created;
    std::function<void(PKSPIN)> reset;
    ULONG pin_flags = 0;
    ULONG filter_flags = 0;
    ULONG necessary = 0;
    bool filter_centric = false;
    bool without_process = false;
    std::vector<PKSPIN> pins; ///< in the order of creation
};

/// A streaming request of the client, in its memory.
struct Transfer {
    std::byte *memory = nullptr;
    KSSTREAM_HEADER *headers = nullptr;
    ULONG count = 0;
    ULONG extent = 0;
    IO_STATUS_BLOCK *block = nullptr;
    HANDLE event = nullptr;
    NTSTATUS started = 0;

    std::byte *data(ULONG index = 0) const {
        return reinterpret_cast<std::byte *>(headers[index].Data);
    }
};

class StreamTest : public testing::TestWithParam<TimeMode> {
  protected:
    void SetUp() override;
    virtual std::uint64_t seed() const { return 1; }
    void TearDown() override;

    /// Loads the driver and opens its filter.
    void start();
    /// On the client's thread, previous mode user.
    void run(const std::function<void()> &work);
    /// The same; false when the box stopped.
    bool try_run(const std::function<void()> &work);

    HANDLE open_filter();
    HANDLE create_pin(HANDLE filter, ULONG id, HANDLE pin_to = nullptr, NTSTATUS *status = nullptr);
    /// Opens the name relative to a file: what the classes of KSNAME_* are created by.
    HANDLE open_below(HANDLE parent, const std::u16string &name, NTSTATUS *status = nullptr);
    /// `value` is copied into the client's memory and back.
    NTSTATUS property(HANDLE file, const GUID &set, ULONG id, ULONG flags, void *value,
                      ULONG bytes);
    template <typename Request>
    NTSTATUS control(HANDLE file, ULONG code, const Request &request, void *value, ULONG bytes) {
        return control(file, code, &request, sizeof request, value, bytes);
    }
    NTSTATUS control(HANDLE file, ULONG code, const void *request, ULONG request_bytes, void *value,
                     ULONG bytes);
    NTSTATUS set_state(HANDLE pin, KSSTATE state);
    NTSTATUS reset(HANDLE pin, KSRESET value);
    /// `count` headers of `extent` bytes each; a write's data are 0, 1, 2 … over all frames.
    Transfer write(HANDLE pin, ULONG extent, ULONG count = 1, ULONG flags = 0);
    Transfer read(HANDLE pin, ULONG extent, ULONG count = 1);
    /// Waits for its end; STATUS_TIMEOUT after a second of the box's time.
    NTSTATUS wait(Transfer &transfer);
    bool pending(const Transfer &transfer);
    void sleep_ms(unsigned ms);

    std::unique_ptr<Kernel> kernel;
    Driver driver;
    HANDLE filter = nullptr;

  private:
    Transfer transfer(HANDLE pin, ULONG extent, ULONG count, ULONG flags, bool write);
    PDRIVER_OBJECT driver_object_ = nullptr;
    io::DeviceNode *node_ = nullptr;
    ps::Process *process_ = nullptr;
};

} // namespace ksbox::ks::test
