// The driver and the client of stream_fixture.h.
#include "ks/stream/stream_fixture.h"

#include "ks/ks_class.h"

namespace ksbox::ks::test {

namespace {

/// The test in progress. Dispatch functions have no other way back to it.
Driver *current = nullptr;

NTSTATUS NTAPI pin_create(PKSPIN pin, PIRP) {
    current->pins.push_back(pin);
    if (current->created)
        current->created(pin);
    return STATUS_SUCCESS;
}
NTSTATUS NTAPI pin_close(PKSPIN pin, PIRP) {
    std::erase(current->pins, pin);
    return STATUS_SUCCESS;
}
NTSTATUS NTAPI pin_process(PKSPIN pin) {
    return current->process ? current->process(pin) : STATUS_PENDING;
}
void NTAPI pin_reset(PKSPIN pin) {
    if (current->reset)
        current->reset(pin);
}
NTSTATUS NTAPI pin_set_state(PKSPIN pin, KSSTATE to, KSSTATE from) {
    return current->set_state ? current->set_state(pin, to, from) : STATUS_SUCCESS;
}
NTSTATUS NTAPI filter_process(PKSFILTER filter, PKSPROCESSPIN_INDEXENTRY index) {
    return current->filter_process ? current->filter_process(filter, index) : STATUS_PENDING;
}

KSPIN_DISPATCH pin_dispatch;
KSFILTER_DISPATCH filter_dispatch;
KSDATARANGE range;
PKSDATARANGE ranges[] = {&range};
KSPIN_DESCRIPTOR_EX pin_descriptors[4];
KSFILTER_DESCRIPTOR filter_descriptor;
const KSFILTER_DESCRIPTOR *const filters[] = {&filter_descriptor};
KSDEVICE_DESCRIPTOR device_descriptor;
const KSALLOCATOR_FRAMING_EX framing = [] {
    KSALLOCATOR_FRAMING_EX result{};
    result.CountItems = 1;
    result.FramingItem[0].Frames = 2;
    result.FramingItem[0].PhysicalRange = {0, ~0u, 1};
    result.FramingItem[0].FramingRange.Range = {64, 64, 1};
    return result;
}();

void describe(const Driver &driver) {
    range = {};
    range.FormatSize = sizeof range;
    range.MajorFormat = KSDATAFORMAT_TYPE_STREAM;
    range.SubFormat = KSDATAFORMAT_SUBTYPE_NONE;
    range.Specifier = KSDATAFORMAT_SPECIFIER_NONE;
    const bool pin_centric = !driver.filter_centric && !driver.without_process;
    pin_dispatch = {};
    pin_dispatch.Create = pin_create;
    pin_dispatch.Close = pin_close;
    pin_dispatch.Process = pin_centric ? pin_process : nullptr;
    pin_dispatch.Reset = pin_reset;
    pin_dispatch.SetDeviceState = pin_set_state;
    filter_dispatch = {};
    filter_dispatch.Process = driver.filter_centric ? filter_process : nullptr;
    constexpr KSPIN_DATAFLOW flow[] = {KSPIN_DATAFLOW_IN, KSPIN_DATAFLOW_OUT, KSPIN_DATAFLOW_OUT,
                                       KSPIN_DATAFLOW_IN};
    constexpr KSPIN_COMMUNICATION communication[] = {
        KSPIN_COMMUNICATION_SINK, KSPIN_COMMUNICATION_BOTH, KSPIN_COMMUNICATION_SOURCE,
        KSPIN_COMMUNICATION_SOURCE};
    for (unsigned id = 0; id < std::size(pin_descriptors); ++id) {
        KSPIN_DESCRIPTOR_EX &pin = pin_descriptors[id];
        pin = {};
        pin.Dispatch = &pin_dispatch;
        pin.PinDescriptor.DataRangesCount = 1;
        pin.PinDescriptor.DataRanges = ranges;
        pin.PinDescriptor.DataFlow = flow[id];
        pin.PinDescriptor.Communication = communication[id];
        pin.Flags = driver.pin_flags;
        pin.InstancesPossible = 4;
        pin.InstancesNecessary = driver.necessary;
        pin.AllocatorFraming = &framing;
    }
    filter_descriptor = {};
    filter_descriptor.Dispatch = &filter_dispatch;
    filter_descriptor.Version = KSFILTER_DESCRIPTOR_VERSION;
    filter_descriptor.Flags = driver.filter_flags;
    filter_descriptor.ReferenceGuid = &KSNAME_Filter;
    filter_descriptor.PinDescriptorsCount = std::size(pin_descriptors);
    filter_descriptor.PinDescriptorSize = sizeof(KSPIN_DESCRIPTOR_EX);
    filter_descriptor.PinDescriptors = pin_descriptors;
    filter_descriptor.CategoriesCount = 1;
    filter_descriptor.Categories = &KSCATEGORY_CAPTURE;
    device_descriptor = {nullptr, 1, filters, KSDEVICE_DESCRIPTOR_VERSION};
}

NTSTATUS NTAPI driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path) {
    return KsInitializeDriver(driver, path, &device_descriptor);
}

} // namespace

void StreamTest::SetUp() {
    KernelOptions options;
    options.time = GetParam();
    options.watchdog_ms = 5'000;
    options.seed = seed();
    auto created = Kernel::create(std::move(options));
    ASSERT_TRUE(created.has_value()) << std::hex << created.error().value();
    kernel = std::move(*created);
    current = &driver;
}

void StreamTest::TearDown() {
    if (kernel->bug_check().stopped()) {
        process_ = nullptr;
        return;
    }
    const auto outcome = kernel->scheduler().call([&] {
        if (process_) {
            kernel->extension<ps::Processes>().run_down(*process_, STATUS_SUCCESS);
            kernel->objects().dereference(process_->body);
        }
        if (node_) {
            EXPECT_TRUE(kernel->io().pnp().remove(*node_));
        }
        if (driver_object_) {
            EXPECT_TRUE(kernel->io().unload_driver(driver_object_));
        }
    });
    EXPECT_EQ(outcome, ke::CallOutcome::done) << kernel->bug_check().facts().reason.data();
}

void StreamTest::start() {
    describe(driver);
    const auto outcome = kernel->scheduler().call([&] {
        auto object = kernel->io().create_driver(u"streamtest", driver_entry);
        ASSERT_TRUE(object) << std::hex << object.error().value();
        driver_object_ = *object;
        auto node = kernel->io().pnp().add_device(driver_object_, {});
        ASSERT_TRUE(node) << std::hex << node.error().value();
        node_ = *node;
        auto process = kernel->extension<ps::Processes>().create("client");
        ASSERT_TRUE(process);
        process_ = *process;
    });
    ASSERT_EQ(outcome, ke::CallOutcome::done) << kernel->bug_check().facts().reason.data();
    run([&] { filter = open_filter(); });
}

void StreamTest::run(const std::function<void()> &work) {
    if (!try_run(work))
        GTEST_FAIL() << "the box stopped: " << kernel->bug_check().facts().reason.data();
}

bool StreamTest::try_run(const std::function<void()> &work) {
    const auto outcome = kernel->scheduler().call([&] {
        ke::Thread &thread = ke::current_thread();
        void *const process = std::exchange(thread.process, process_->body);
        thread.previous_mode = UserMode;
        work();
        thread.previous_mode = KernelMode;
        thread.process = process;
    });
    return outcome == ke::CallOutcome::done;
}

HANDLE StreamTest::open_filter() {
    const auto interfaces = io::user::interfaces(to_guid(KSCATEGORY_CAPTURE));
    if (interfaces.empty()) {
        ADD_FAILURE() << "no interface";
        return nullptr;
    }
    auto handle =
        io::user::open({.name = interfaces.front().path, .access = GENERIC_READ | GENERIC_WRITE});
    EXPECT_TRUE(handle) << std::hex << handle.error().value();
    return handle ? *handle : nullptr;
}

HANDLE StreamTest::create_pin(HANDLE filter, ULONG id, HANDLE pin_to, NTSTATUS *status) {
    struct {
        KSPIN_CONNECT connect;
        KSDATAFORMAT format;
    } request{};
    request.connect.Interface.Set = KSINTERFACESETID_Standard;
    request.connect.Interface.Id = KSINTERFACE_STANDARD_STREAMING;
    request.connect.Medium.Set = KSMEDIUMSETID_Standard;
    request.connect.Medium.Id = KSMEDIUM_TYPE_ANYINSTANCE;
    request.connect.PinId = id;
    request.connect.PinToHandle = pin_to;
    request.connect.Priority = {KSPRIORITY_NORMAL, 1};
    request.format.FormatSize = sizeof request.format;
    request.format.MajorFormat = range.MajorFormat;
    request.format.SubFormat = range.SubFormat;
    request.format.Specifier = range.Specifier;
    std::u16string name = u"{146F1A80-4791-11D0-A5D6-28DB04C10000}\\";
    name.append(reinterpret_cast<const char16_t *>(&request), sizeof request / sizeof(char16_t));
    auto handle = io::user::open(
        {.root = filter,
         .name = name,
         .access = ACCESS_MASK(id == sink_pin || id == pull_pin ? GENERIC_WRITE : GENERIC_READ)});
    if (status)
        *status = handle ? STATUS_SUCCESS : handle.error().value();
    else
        EXPECT_TRUE(handle) << std::hex << handle.error().value();
    return handle ? *handle : nullptr;
}

HANDLE StreamTest::open_below(HANDLE parent, const std::u16string &name, NTSTATUS *status) {
    auto handle = io::user::open({.root = parent, .name = name, .access = GENERIC_READ});
    if (status)
        *status = handle ? STATUS_SUCCESS : handle.error().value();
    else
        EXPECT_TRUE(handle) << std::hex << handle.error().value();
    return handle ? *handle : nullptr;
}

NTSTATUS StreamTest::control(HANDLE file, ULONG code, const void *request, ULONG request_bytes,
                             void *value, ULONG bytes) {
    auto memory = process_->allocate(request_bytes + bytes + 8);
    std::byte *const data = *memory + (request_bytes + 7) / 8 * 8;
    std::memcpy(*memory, request, request_bytes);
    if (bytes)
        std::memcpy(data, value, bytes);
    const NTSTATUS status = io::user::device_io_control_and_wait(
        {file, code, *memory, request_bytes, bytes ? data : nullptr, bytes}, nullptr);
    if (bytes)
        std::memcpy(value, data, bytes);
    process_->free(*memory);
    return status;
}

NTSTATUS StreamTest::property(HANDLE file, const GUID &set, ULONG id, ULONG flags, void *value,
                              ULONG bytes) {
    KSPROPERTY request{};
    request.Set = set;
    request.Id = id;
    request.Flags = flags;
    return control(file, IOCTL_KS_PROPERTY, request, value, bytes);
}

NTSTATUS StreamTest::set_state(HANDLE pin, KSSTATE state) {
    return property(pin, KSPROPSETID_Connection, KSPROPERTY_CONNECTION_STATE, KSPROPERTY_TYPE_SET,
                    &state, sizeof state);
}

NTSTATUS StreamTest::reset(HANDLE pin, KSRESET value) {
    return control(pin, IOCTL_KS_RESET_STATE, value, nullptr, 0);
}

Transfer StreamTest::transfer(HANDLE pin, ULONG extent, ULONG count, ULONG flags, bool write) {
    Transfer result;
    const std::size_t headers = sizeof(KSSTREAM_HEADER) * count;
    result.memory =
        *process_->allocate(sizeof(IO_STATUS_BLOCK) + headers + std::size_t(extent) * count);
    result.block = reinterpret_cast<IO_STATUS_BLOCK *>(result.memory);
    result.headers = reinterpret_cast<KSSTREAM_HEADER *>(result.block + 1);
    result.count = count;
    result.extent = extent;
    std::byte *data = reinterpret_cast<std::byte *>(result.headers) + headers;
    for (ULONG i = 0; i < count; ++i, data += extent) {
        KSSTREAM_HEADER &header = result.headers[i];
        header = {};
        header.Size = sizeof header;
        header.FrameExtent = extent;
        header.DataUsed = write ? extent : 0;
        header.Data = extent ? data : nullptr;
        header.OptionsFlags = flags;
        for (ULONG byte = 0; write && byte < extent; ++byte)
            data[byte] = std::byte(i * extent + byte);
    }
    result.event = *io::user::create_event(true, false);
    io::Completion completion;
    completion.status_block = result.block;
    completion.event = result.event;
    result.started = io::user::device_io_control(
        {pin, ULONG(write ? IOCTL_KS_WRITE_STREAM : IOCTL_KS_READ_STREAM), nullptr, 0,
         result.headers, ULONG(headers)},
        completion);
    return result;
}

Transfer StreamTest::write(HANDLE pin, ULONG extent, ULONG count, ULONG flags) {
    return transfer(pin, extent, count, flags, true);
}
Transfer StreamTest::read(HANDLE pin, ULONG extent, ULONG count) {
    return transfer(pin, extent, count, 0, false);
}

NTSTATUS StreamTest::wait(Transfer &transfer) {
    if (transfer.started != STATUS_PENDING)
        return transfer.started;
    LARGE_INTEGER second;
    second.QuadPart = -10'000'000;
    if (io::user::wait(transfer.event, &second) == STATUS_TIMEOUT)
        return STATUS_TIMEOUT;
    return transfer.block->Status;
}

bool StreamTest::pending(const Transfer &transfer) {
    LARGE_INTEGER now{};
    return transfer.started == STATUS_PENDING &&
           io::user::wait(transfer.event, &now) == STATUS_TIMEOUT;
}

void StreamTest::sleep_ms(unsigned ms) {
    LARGE_INTEGER interval;
    interval.QuadPart = -10'000LL * ms;
    KeDelayExecutionThread(KernelMode, FALSE, &interval);
}

} // namespace ksbox::ks::test
