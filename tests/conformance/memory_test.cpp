// Sections A, C, G, H and I without memory: every request says so, and works when there is some.
#include "conformance/automation_filter.h"
#include "conformance/clocks_filter.h"
#include "conformance/data_filter.h"
#include "support/low_resources.h"

namespace ksbox::testing {
namespace {

#define KSBOX_IN_SIMULATED_TIME(suite)                                                             \
    INSTANTIATE_TEST_SUITE_P(Time, suite, ::testing::Values(false),                                \
                             [](const auto &) { return std::string("Simulated"); })

/// What has to be undone whatever fails: the second try has its memory.
void surely(const std::function<void()> &undo) {
    try {
        undo();
    } catch (const BoxStopped &) {
        throw;
    } catch (const Error &) {
        undo();
    }
}

class RequestsWithoutMemory : public AutomationFilter {
  protected:
    unsigned refused(const std::function<std::uint32_t()> &work) {
        return refused_without_memory(traced.box(), work);
    }
    std::uint32_t enable(std::uint32_t id, std::uint32_t flags = KSEVENT_TYPE_ENABLE) {
        Buffer place(client, sizeof(AUTOMATION_EVENT_DATA));
        const Handle event = client.create_event(false);
        auto &data = *reinterpret_cast<KSEVENTDATA *>(place.data());
        data = {};
        data.NotificationType = KSEVENTF_EVENT_HANDLE;
        data.EventHandle.Event = as_handle(event);
        const std::size_t bytes =
            id == EVENT_EXTRA ? sizeof(AUTOMATION_EVENT_DATA) : sizeof(KSEVENTDATA);
        const IoResult result =
            client.control(filter.handle(), IOCTL_KS_ENABLE_EVENT,
                           identifier(automation_set, id, flags), place.bytes().first(bytes));
        if (result.success())
            (void)client.control(filter.handle(), IOCTL_KS_DISABLE_EVENT,
                                 place.bytes().first(bytes), {});
        client.close(event);
        return std::uint32_t(result.status);
    }
};
KSBOX_IN_SIMULATED_TIME(RequestsWithoutMemory);

TEST_P(RequestsWithoutMemory, H1_Properties) {
    for (std::uint32_t id = AUTOMATION_VALUE; id <= AUTOMATION_MISSING; ++id)
        for (std::uint32_t flags :
             {KSPROPERTY_TYPE_GET, KSPROPERTY_TYPE_SET, KSPROPERTY_TYPE_BASICSUPPORT,
              KSPROPERTY_TYPE_DEFAULTVALUES, KSPROPERTY_TYPE_RELATIONS}) {
            SCOPED_TRACE(std::to_string(id) + " flags " + std::to_string(flags));
            EXPECT_GT(refused([&] { return property(id, flags, room(64)).status; }), 0u);
        }
}

TEST_P(RequestsWithoutMemory, H7_Serialization) {
    const auto all = property(0, KSPROPERTY_TYPE_SERIALIZESET, room(256), serial_set);
    ASSERT_EQ(all.status, success);
    EXPECT_GT(refused([&] {
                  return property(0, KSPROPERTY_TYPE_SERIALIZESET, room(256), serial_set).status;
              }),
              2u);
    EXPECT_GT(refused([&] {
                  return property(0, KSPROPERTY_TYPE_UNSERIALIZESET,
                                  {all.bytes.begin(),
                                   all.bytes.begin() + std::ptrdiff_t(all.information)},
                                  serial_set)
                      .status;
              }),
              2u);
}

TEST_P(RequestsWithoutMemory, H12_Methods) {
    for (std::uint32_t id = METHOD_NONE; id <= METHOD_MISSING; ++id) {
        SCOPED_TRACE(id);
        EXPECT_GT(refused([&] { return method(id, KSMETHOD_TYPE_SEND, room(16)).status; }), 0u);
    }
    EXPECT_GT(
        refused([&] { return method(METHOD_NONE, KSMETHOD_TYPE_BASICSUPPORT, room(4)).status; }),
        1u);
}

TEST_P(RequestsWithoutMemory, H9_Events) {
    for (std::uint32_t id = EVENT_PLAIN; id <= EVENT_MISSING; ++id) {
        SCOPED_TRACE(id);
        EXPECT_GT(refused([&] { return enable(id); }), 1u);
    }
    EXPECT_GT(refused([&] { return enable(EVENT_PLAIN, KSEVENT_TYPE_ENABLEBUFFERED); }), 2u);
}

TEST_P(RequestsWithoutMemory, I3_Nodes) {
    const KSNODE_CREATE node{0, NODE_AUTOMATED};
    EXPECT_GT(refused([&] {
                  HRESULT result = 0;
                  HANDLE handle = nullptr;
                  client.run([&] {
                      result = KsCreateTopologyNode2(as_handle(filter.handle()), &node,
                                                     GENERIC_READ, &handle);
                  });
                  return Created{client, std::uint32_t(result), handle}.error;
              }),
              2u);
}

TEST_P(RequestsWithoutMemory, A16_Pins) {
    EXPECT_GT(refused([&] { return create_pin(0).error; }), 5u);
}

class ClocksWithoutMemory : public ClocksFilter {
  protected:
    unsigned refused(const std::function<std::uint32_t()> &work) {
        return refused_without_memory(traced.box(), work);
    }
};
KSBOX_IN_SIMULATED_TIME(ClocksWithoutMemory);

TEST_P(ClocksWithoutMemory, I4_Clocks) {
    for (std::uint32_t id : {CLOCKS_OWN, CLOCKS_DEFAULT}) {
        const Created owner = pin(id);
        EXPECT_GT(refused([&] { return clock(owner).error; }), 2u) << id;
    }
    const Created owner = pin(CLOCKS_DEFAULT);
    const Created made = clock(owner);
    const Created user = pin(CLOCKS_NONE);
    EXPECT_GT(refused([&] {
                  const std::uint32_t code =
                      set_stream(user, KSPROPERTY_STREAM_MASTERCLOCK, made.handle);
                  set_stream(user, KSPROPERTY_STREAM_MASTERCLOCK, nullptr);
                  return code;
              }),
              0u);
    EXPECT_GT(refused([&] { return stream(user, KSPROPERTY_STREAM_MASTERCLOCK).status; }), 0u);
}

TEST_P(ClocksWithoutMemory, I9_Allocators) {
    for (std::uint32_t id : {CLOCKS_ALLOCATOR, CLOCKS_MODEST, CLOCKS_SINK}) {
        const Created owner = pin(id);
        EXPECT_GT(refused([&] { return allocator(owner, framing(2, 512)).error; }), 2u) << id;
        const Created made = allocator(owner, framing(2, 512));
        ASSERT_EQ(made.error, success);
        EXPECT_GT(refused([&] {
                      const Answer got =
                          send(client, as_handle(made.handle), IOCTL_KS_METHOD,
                               identifier(guid_of(KSMETHODSETID_StreamAllocator),
                                          KSMETHOD_STREAMALLOCATOR_ALLOC, KSMETHOD_TYPE_WRITE),
                               room(8));
                      const auto free = [&] {
                          return send(client, as_handle(made.handle), IOCTL_KS_METHOD,
                                      identifier(guid_of(KSMETHODSETID_StreamAllocator),
                                                 KSMETHOD_STREAMALLOCATOR_FREE, KSMETHOD_TYPE_READ),
                                      bytes_of(got.as<std::uint64_t>()))
                              .status;
                      };
                      if (got.status == success && free() != success)
                          EXPECT_EQ(free(), success);
                      return got.status;
                  }),
                  1u)
            << id;
    }
}

class DataWithoutMemory : public DataFilter {
  protected:
    unsigned refused(const std::function<std::uint32_t()> &work) {
        return refused_without_memory(traced.box(), work);
    }
};
KSBOX_IN_SIMULATED_TIME(DataWithoutMemory);

TEST_P(DataWithoutMemory, A16_PinsOfEveryKind) {
    for (std::uint32_t id = 0; id < DATA_PINS; ++id) {
        SCOPED_TRACE(id);
        EXPECT_GT(refused([&] {
                      (void)open(id);
                      return status::success;
                  }),
                  3u);
    }
}

TEST_P(DataWithoutMemory, G1_Frames) {
    for (std::uint32_t id : {DATA_IN, DATA_OUT, DATA_IN_MAPPED, DATA_OUT_MAPPED}) {
        SCOPED_TRACE(id);
        DataPin pin = open(id);
        EXPECT_GT(refused([&] {
                      Transfer transfer = id == DATA_IN || id == DATA_IN_MAPPED ? write(pin, 256, 3)
                                                                                : read(pin, 256, 3);
                      // A frame without mappings cannot be locked, and stays.
                      for (unsigned tries = 0; tries < 4; ++tries) {
                          std::uint32_t got = status::unsuccessful;
                          surely([&] { got = pin.get_edge(DATA_LEADING_EDGE); });
                          if (got == status::success)
                              surely([&] { pin.unlock(DATA_LEADING_EDGE, true); });
                      }
                      return transfer.wait();
                  }),
                  1u);
    }
}

TEST_P(DataWithoutMemory, G12_AFrameThatCannotBeMappedCanBeCancelled) {
    DataPin pin = open(DATA_IN_MAPPED);
    unsigned unmapped = 0;
    (void)refused([&] {
        Transfer frame = write(pin, 256);
        std::uint32_t got = status::unsuccessful;
        surely([&] { got = pin.get_edge(DATA_LEADING_EDGE); });
        if (got == status::success) {
            surely([&] { pin.unlock(DATA_LEADING_EDGE, true); });
            return frame.wait();
        }
        if (frame.pending()) {
            ++unmapped;
            frame.cancel();
            EXPECT_EQ(frame.wait(), status::cancelled);
        }
        return status::insufficient_resources; // the driver got no edge
    });
    EXPECT_GT(unmapped, 0u);
}

TEST_P(DataWithoutMemory, G8_Clones) {
    DataPin pin = open(DATA_IN);
    Transfer frame = write(pin);
    ASSERT_EQ(pin.get_edge(DATA_LEADING_EDGE), status::success);
    EXPECT_GT(refused([&] {
                  const std::uint32_t code = pin.clone(DATA_LEADING_EDGE, 2, DATA_NO_CALLBACK, 64);
                  if (code == status::success)
                      surely([&] { pin.remove(2); });
                  return code;
              }),
              1u);
    pin.unlock(DATA_LEADING_EDGE, true);
    EXPECT_EQ(frame.wait(), status::success);
}

TEST_P(DataWithoutMemory, C12_Injection) {
    Filter other = client.open_filter(path);
    DataPin source(filter.connect({.pin_id = DATA_OUT_SOURCE, .format = stereo}));
    DataPin sink(
        other.connect({.pin_id = DATA_IN, .format = stereo, .pin_to_handle = source.pin.handle()}));
    source.execute(step(DATA_REGISTER_RETURN, 0, 1));
    for (PinState state : {PinState::acquire, PinState::pause, PinState::run}) {
        sink.pin.set_state(state);
        source.pin.set_state(state);
    }
    EXPECT_GT(refused([&] {
                  const std::uint32_t code = source.status(step(DATA_SUBMIT, 0, 24, 7));
                  if (code == status::success) {
                      surely([&] { EXPECT_EQ(sink.get_edge(DATA_LEADING_EDGE), status::success); });
                      surely([&] { sink.unlock(DATA_LEADING_EDGE, true); });
                  }
                  return code;
              }),
              3u);
}

} // namespace
} // namespace ksbox::testing
