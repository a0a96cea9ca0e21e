// Idle detection and power settings; see power_policy.h.
#include "nt/io/power_policy.h"

#include <algorithm>
#include <cstring>

#include "abi/guid.h"
#include "nt/call_driver.h"
#include "nt/io/device_object.h"
#include "nt/mm/pool.h"
#include "nt/ob/object_manager.h"
#include "nt/spin_guard.h"

namespace ksbox::io {
namespace {

constexpr std::uint32_t idle_tag = 0x64'49'6f'50; // "PoId"
constexpr LONGLONG second_100ns = 10'000'000;

struct KnownSetting {
    Guid guid;
    ULONG value;
};

/// A box is a desktop on mains, its display on and its user there.
constexpr KnownSetting known_settings[] = {
    // GUID_ACDC_POWER_SOURCE: PoAc.
    {{0x5d3e9a59, 0xe9d5, 0x4b00, {0xa6, 0xbd, 0xff, 0x34, 0xff, 0x51, 0x65, 0x48}}, 0},
    // GUID_MONITOR_POWER_ON.
    {{0x02731015, 0x4510, 0x4526, {0x99, 0xe6, 0xe5, 0xa1, 0x7e, 0xbd, 0x1a, 0xea}}, 1},
    // GUID_CONSOLE_DISPLAY_STATE: PowerMonitorOn.
    {{0x6fe69556, 0x704a, 0x47a0, {0x8f, 0x24, 0xc2, 0x8d, 0x93, 0x6f, 0xda, 0x47}}, 1},
    // GUID_GLOBAL_USER_PRESENCE: PowerUserPresent.
    {{0x786e8a1d, 0xb427, 0x4344, {0x92, 0x07, 0x09, 0xe7, 0x0b, 0xdc, 0xbe, 0xa9}}, 0},
    // GUID_LIDSWITCH_STATE_CHANGE: open.
    {{0xba3e0f4d, 0xb817, 0x4094, {0xa2, 0xd1, 0xd5, 0x63, 0x79, 0xe6, 0xa0, 0xf3}}, 1},
    // GUID_POWER_SAVING_STATUS: off.
    {{0xe00958c0, 0xc213, 0x4ace, {0xac, 0x77, 0xfe, 0xcc, 0xed, 0x2e, 0xee, 0xa5}}, 0},
    // GUID_SYSTEM_AWAYMODE: off.
    {{0x98a7f580, 0x01f7, 0x48aa, {0x9c, 0x0f, 0x44, 0x35, 0x2c, 0x29, 0xe5, 0xc0}}, 0},
    // GUID_BATTERY_PERCENTAGE_REMAINING.
    {{0xa7ad8041, 0xb45a, 0x4cae, {0x87, 0xa3, 0xee, 0xcb, 0xb4, 0x68, 0xa9, 0xe1}}, 100},
};

/// Still to be counted: D0, and not on its way out of it.
bool counts(const IdleDetection &idle) {
    return idle.limit != 0 && !idle.asked;
}

} // namespace

PowerPolicy::PowerPolicy(Kernel &kernel) : kernel_(kernel) {
    KeInitializeTimer(&timer_);
    KeInitializeDpc(&dpc_, second_over, this);
    ExInitializeWorkItem(&work_, send, this);
}

PowerPolicy::~PowerPolicy() {
    for (IdleDetection *idle : idle_)
        kernel_.pool().free(idle, idle_tag, nullptr);
}

/// With the lock held. The timer runs only while there is something to count, so that a box at
/// rest is one.
void PowerPolicy::tick() {
    const bool wanted =
        std::ranges::any_of(idle_, [](const IdleDetection *idle) { return counts(*idle); });
    if (!wanted || ticking_)
        return;
    ticking_ = true;
    LARGE_INTEGER due;
    due.QuadPart = -second_100ns;
    KeSetTimer(&timer_, due, &dpc_);
}

void NTAPI PowerPolicy::second_over(PKDPC, PVOID self, PVOID, PVOID) {
    static_cast<PowerPolicy *>(self)->count();
}

void PowerPolicy::count() {
    bool queue = false;
    {
        SpinGuard guard(lock_);
        ticking_ = false;
        for (IdleDetection *idle : idle_) {
            if (!counts(*idle))
                continue;
            idle->counter = idle->busy ? 0 : idle->counter + 1;
            if (idle->counter >= idle->limit)
                idle->asked = queue = true;
        }
        tick();
        queue = queue && !std::exchange(sending_, true);
    }
    if (queue)
        ExQueueWorkItem(&work_, DelayedWorkQueue);
}

/// "the power manager sends an IRP_MN_SET_POWER request to the top of the device stack".
void NTAPI PowerPolicy::send(PVOID context) {
    auto &self = *static_cast<PowerPolicy *>(context);
    std::vector<std::pair<PDEVICE_OBJECT, DEVICE_POWER_STATE>> due;
    {
        SpinGuard guard(self.lock_);
        self.sending_ = false;
        for (IdleDetection *idle : self.idle_)
            if (idle->asked && idle->counter >= idle->limit) {
                idle->counter = 0;
                due.emplace_back(idle->device, idle->state);
                self.kernel_.objects().reference(idle->device);
            }
    }
    for (const auto &[device, state] : due) {
        POWER_STATE power;
        power.DeviceState = state;
        (void)PoRequestPowerIrp(device, IRP_MN_SET_POWER, power, nullptr, nullptr, nullptr);
        self.kernel_.objects().dereference(device);
    }
}

PULONG PowerPolicy::detect_idle(PDEVICE_OBJECT device, PDEVICE_OBJECT physical, ULONG limit_seconds,
                                DEVICE_POWER_STATE state) {
    SpinGuard guard(lock_);
    const auto found = std::ranges::find(idle_, device, &IdleDetection::device);
    IdleDetection *idle = found == idle_.end() ? nullptr : *found;
    if (limit_seconds == 0) {
        if (idle)
            idle->limit = 0; // the driver may still say that it is busy
        return nullptr;
    }
    if (!idle) {
        idle = static_cast<IdleDetection *>(kernel_.pool().allocate(
            mm::PoolKind::nonpaged, sizeof(IdleDetection), idle_tag, nullptr, true));
        if (!idle)
            return nullptr;
        *idle = {};
        idle_.push_back(idle);
    }
    idle->counter = 0;
    idle->limit = limit_seconds;
    idle->state = state;
    idle->device = device;
    idle->physical = physical;
    tick();
    return &idle->counter;
}

void PowerPolicy::powered_up(PDEVICE_OBJECT physical) {
    SpinGuard guard(lock_);
    for (IdleDetection *idle : idle_)
        if (idle->physical == physical) {
            idle->counter = 0;
            idle->asked = false;
        }
    tick();
}

void PowerPolicy::forget(PDEVICE_OBJECT physical) {
    SpinGuard guard(lock_);
    std::erase_if(idle_, [&](IdleDetection *idle) {
        if (idle->physical != physical)
            return false;
        kernel_.pool().free(idle, idle_tag, nullptr);
        return true;
    });
}

void *PowerPolicy::add_setting(const GUID &setting, PPOWER_SETTING_CALLBACK callback,
                               PVOID context) {
    void *handle;
    {
        SpinGuard guard(lock_);
        handle = reinterpret_cast<void *>(next_setting_++ << 4);
        settings_.push_back({handle, to_guid(setting), callback, context});
    }
    const auto known = std::ranges::find(known_settings, to_guid(setting), &KnownSetting::guid);
    if (known != std::end(known_settings)) {
        ULONG value = known->value;
        GUID guid = setting;
        (void)call_driver("POWER_SETTING_CALLBACK", context, callback, static_cast<LPCGUID>(&guid),
                          static_cast<PVOID>(&value), ULONG(sizeof value), context);
    }
    return handle;
}

bool PowerPolicy::remove_setting(void *handle) {
    SpinGuard guard(lock_);
    return std::erase_if(settings_, [&](const Setting &each) { return each.handle == handle; });
}

} // namespace ksbox::io
