#include "portcls/adapter_idle.h"

#include <algorithm>
#include <cstring>

#include "nt/spin_guard.h"
#include "portcls/adapter.h"

namespace ksbox::portcls {
namespace {

UNICODE_STRING text(const char16_t *value) {
    UNICODE_STRING made;
    RtlInitUnicodeString(&made, reinterpret_cast<PCWSTR>(value));
    return made;
}

/// A REG_BINARY value of up to four bytes, or a REG_DWORD; `otherwise` when there is none.
ULONG number_of(HANDLE key, const char16_t *name, ULONG otherwise) {
    alignas(KEY_VALUE_PARTIAL_INFORMATION) UCHAR room[sizeof(KEY_VALUE_PARTIAL_INFORMATION) + 8];
    UNICODE_STRING value = text(name);
    ULONG bytes = 0;
    if (!NT_SUCCESS(
            ZwQueryValueKey(key, &value, KeyValuePartialInformation, room, sizeof room, &bytes)))
        return otherwise;
    const auto &found = *reinterpret_cast<KEY_VALUE_PARTIAL_INFORMATION *>(room);
    if ((found.Type != REG_BINARY && found.Type != REG_DWORD) || found.DataLength == 0)
        return otherwise;
    ULONG number = 0;
    std::memcpy(&number, found.Data, std::min<ULONG>(found.DataLength, sizeof number));
    return number;
}

/// PoRequestPowerIrp's completion.
void NTAPI powered(PDEVICE_OBJECT, UCHAR, POWER_STATE, PVOID context, PIO_STATUS_BLOCK) {
    KeSetEvent(static_cast<PKEVENT>(context), IO_NO_INCREMENT, FALSE);
}

class Turn {
  public:
    explicit Turn(KEVENT &event) : event_(event) {
        KeWaitForSingleObject(&event_, Executive, KernelMode, FALSE, nullptr);
    }
    ~Turn() { KeSetEvent(&event_, IO_NO_INCREMENT, FALSE); }
    Turn(const Turn &) = delete;
    Turn &operator=(const Turn &) = delete;

  private:
    KEVENT &event_;
};

POWER_STATE device_state(DEVICE_POWER_STATE state) {
    POWER_STATE power{};
    power.DeviceState = state;
    return power;
}

/// A request on its way through a worker.
struct Request {
    PIO_WORKITEM item;
    DEVICE_POWER_STATE state;
};
constexpr ULONG request_tag = 0x64'49'63'50; // "PcId"

} // namespace

AdapterIdle::AdapterIdle(Adapter &adapter) : adapter_(adapter) {
    KeInitializeEvent(&turn_, SynchronizationEvent, TRUE);
}

AdapterIdle::Settings AdapterIdle::read_settings(PDEVICE_OBJECT pdo) {
    Settings settings;
    HANDLE driver_key = nullptr, key = nullptr;
    if (!NT_SUCCESS(IoOpenDeviceRegistryKey(pdo, PLUGPLAY_REGKEY_DRIVER, KEY_READ, &driver_key)))
        return settings;
    UNICODE_STRING name = text(u"PowerSettings");
    OBJECT_ATTRIBUTES attributes;
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               driver_key, nullptr);
    if (NT_SUCCESS(ZwOpenKey(&key, KEY_READ, &attributes))) {
        settings.conservation_time =
            number_of(key, u"ConservationIdleTime", settings.conservation_time);
        settings.performance_time =
            number_of(key, u"PerformanceIdleTime", settings.performance_time);
        settings.power_state = number_of(key, u"IdlePowerState", settings.power_state);
        settings.immediate = number_of(key, u"ImmediateIdle", settings.immediate);
        ZwClose(key);
    }
    ZwClose(driver_key);
    settings.power_state = std::min<ULONG>(settings.power_state, 3); // inferred: no state
    return settings;
}

void AdapterIdle::start() {
    const Settings settings = read_settings(adapter_.pdo);
    Turn turn(turn_);
    {
        SpinGuard guard(lock_);
        settings_ = settings;
        started_ = true;
    }
    apply();
}

void AdapterIdle::stop() {
    Turn turn(turn_);
    {
        SpinGuard guard(lock_);
        started_ = asked_by_driver_ = false;
    }
    apply();
}

void AdapterIdle::set_enabled(bool enabled) {
    Turn turn(turn_);
    {
        SpinGuard guard(lock_);
        enabled_ = enabled;
    }
    const bool was_asleep = sleeps();
    apply();
    if (was_asleep && !sleeps())
        request_later(PowerDeviceD0); // nothing would bring it back any more (inferred)
}

/// Has the power manager count, or not. The turn is held.
void AdapterIdle::apply() {
    Settings settings;
    bool immediate = false, counts = false;
    PULONG before = nullptr;
    {
        SpinGuard guard(lock_);
        settings = settings_;
        const bool on = started_ && settings.power_state != 0;
        immediate = on && settings.immediate;
        counts = on && !immediate && enabled_;
        if (marked_busy_)
            PoEndDeviceBusy(counter_);
        marked_busy_ = false;
        before = std::exchange(counter_, nullptr);
    }
    const ULONG conservation = counts ? settings.conservation_time : 0;
    const ULONG performance = counts ? settings.performance_time : 0;
    const auto state = static_cast<DEVICE_POWER_STATE>(PowerDeviceD0 + settings.power_state);
    PULONG counter = nullptr;
    if (before || conservation || performance)
        counter = PoRegisterDeviceForIdleDetection(adapter_.fdo, conservation, performance, state);
    SpinGuard guard(lock_);
    immediate_ = immediate;
    counter_ = counter;
    if (counter_ && users_) {
        PoStartDeviceBusy(counter_);
        marked_busy_ = true;
    }
}

void AdapterIdle::use(bool begins) {
    ULONG state = 0;
    {
        SpinGuard guard(lock_);
        begins ? ++users_ : --users_;
        if (counter_) {
            PoSetDeviceBusyEx(counter_);
            if (users_ && !std::exchange(marked_busy_, true))
                PoStartDeviceBusy(counter_);
            if (!users_ && std::exchange(marked_busy_, false))
                PoEndDeviceBusy(counter_);
        }
        if (!users_ && immediate_)
            state = settings_.power_state;
    }
    if (state)
        request_later(static_cast<DEVICE_POWER_STATE>(PowerDeviceD0 + state));
}

/// And wakes with an access. A system that sleeps keeps its devices down, and what has been pulled
/// out is not there to wake.
bool AdapterIdle::sleeps() const {
    {
        SpinGuard guard(lock_);
        if (!counter_ && !immediate_)
            return false;
    }
    const KSDEVICE &device = adapter_.device().abi();
    return device.DevicePowerState > PowerDeviceD0 &&
           device.SystemPowerState == PowerSystemWorking && !adapter_.device().removed;
}

void AdapterIdle::power_up() {
    if (!sleeps())
        return;
    Turn turn(turn_);
    if (!sleeps()) // another access has done it
        return;
    KEVENT done;
    KeInitializeEvent(&done, NotificationEvent, FALSE);
    if (PoRequestPowerIrp(adapter_.pdo, IRP_MN_SET_POWER, device_state(PowerDeviceD0), powered,
                          &done, nullptr) == STATUS_PENDING)
        KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, nullptr);
}

bool AdapterIdle::bring_up() {
    if (!sleeps())
        return true;
    request_later(PowerDeviceD0);
    return false;
}

void AdapterIdle::stream_runs(bool runs) {
    use(runs);
}

void AdapterIdle::driver_asks(DEVICE_POWER_STATE state) {
    SpinGuard guard(lock_);
    asked_by_driver_ = state > PowerDeviceD0;
}

void AdapterIdle::device_is_in(DEVICE_POWER_STATE state) {
    bool back = false;
    {
        SpinGuard guard(lock_);
        if (state == PowerDeviceD0)
            asked_by_driver_ = false;
        else
            back = users_ && !asked_by_driver_;
    }
    if (back && sleeps())
        request_later(PowerDeviceD0);
}

void AdapterIdle::request_later(DEVICE_POWER_STATE state) {
    auto *request =
        static_cast<Request *>(ExAllocatePoolWithTag(NonPagedPool, sizeof(Request), request_tag));
    if (!request)
        return; // the device stays as it is, until the next access
    *request = {IoAllocateWorkItem(adapter_.fdo), state};
    if (request->item)
        IoQueueWorkItem(request->item, AdapterIdle::request, DelayedWorkQueue, request);
    else
        ExFreePoolWithTag(request, request_tag);
}

void NTAPI AdapterIdle::request(PDEVICE_OBJECT fdo, PVOID context) {
    auto *request = static_cast<Request *>(context);
    const auto [item, state] = *request;
    ExFreePoolWithTag(request, request_tag);
    if (const auto adapter = Adapter::of(fdo)) {
        AdapterIdle &idle = adapter->idle;
        Turn turn(idle.turn_);
        const bool down = state > PowerDeviceD0;
        bool wanted = true;
        if (down) { // unless somebody has come meanwhile
            SpinGuard guard(idle.lock_);
            wanted = idle.immediate_ && !idle.users_;
        }
        const DEVICE_POWER_STATE now = adapter->device().abi().DevicePowerState;
        wanted = wanted && (down ? now < state : now > state);
        KEVENT done;
        KeInitializeEvent(&done, NotificationEvent, FALSE);
        if (wanted && PoRequestPowerIrp(adapter->pdo, IRP_MN_SET_POWER, device_state(state),
                                        powered, &done, nullptr) == STATUS_PENDING)
            KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, nullptr);
    }
    IoFreeWorkItem(item);
}

AdapterIdle::Access::Access(PDEVICE_OBJECT fdo) : adapter_(Adapter::of(fdo)) {
    if (!adapter_)
        return;
    adapter_->idle.use(true);
    const bool waits = KeGetCurrentIrql() == PASSIVE_LEVEL;
    if (waits)
        adapter_->idle.power_up();
    fx_use_ = adapter_->fx.begin(waits);
}

AdapterIdle::Access::~Access() {
    if (!adapter_)
        return;
    adapter_->fx.end(fx_use_);
    adapter_->idle.use(false);
}

} // namespace ksbox::portcls
