// System time (100 ns units since 1601) and calendar fields. Pure functions, any IRQL.
#include <array>
#include <chrono>

#include "abi/windows.h"
#include "nt/rtl/exports.h"

namespace ksbox::rtl {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr LONGLONG ticks_per_millisecond = 10'000;
constexpr LONGLONG ticks_per_day = 86'400'000 * ticks_per_millisecond;
constexpr sys_days epoch =
    year_month_day{std::chrono::year{1601}, std::chrono::January, std::chrono::day{1}};

constexpr LONGLONG ticks_per_second = 10'000'000;
constexpr LONGLONG seconds_to_1970 =
    (sys_days(year_month_day{std::chrono::year{1970}, std::chrono::January, std::chrono::day{1}}) -
     epoch)
        .count() *
    86'400LL;
constexpr LONGLONG seconds_to_1980 = seconds_to_1970 + (10 * 365LL + 2) * 86'400;

/// FALSE for a time before the year or more than a ULONG of seconds after it.
BOOLEAN seconds_since(const LARGE_INTEGER &time, LONGLONG start, ULONG *seconds) {
    const LONGLONG since = time.QuadPart / ticks_per_second - start;
    if (time.QuadPart < 0 || since < 0 || since > 0xFFFF'FFFFll)
        return FALSE;
    *seconds = static_cast<ULONG>(since);
    return TRUE;
}

} // namespace

extern "C" {

/// @doc NF:ntifs.RtlTimeToSecondsSince1970
BOOLEAN NTAPI RtlTimeToSecondsSince1970(PLARGE_INTEGER Time, PULONG ElapsedSeconds) {
    return seconds_since(*Time, seconds_to_1970, ElapsedSeconds);
}

/// @doc NF:ntifs.RtlTimeToSecondsSince1980
BOOLEAN NTAPI RtlTimeToSecondsSince1980(PLARGE_INTEGER Time, PULONG ElapsedSeconds) {
    return seconds_since(*Time, seconds_to_1980, ElapsedSeconds);
}

/// @doc NF:ntifs.RtlSecondsSince1970ToTime
VOID NTAPI RtlSecondsSince1970ToTime(ULONG ElapsedSeconds, PLARGE_INTEGER Time) {
    Time->QuadPart = (seconds_to_1970 + ElapsedSeconds) * ticks_per_second;
}

/// @doc NF:ntifs.RtlSecondsSince1980ToTime
VOID NTAPI RtlSecondsSince1980ToTime(ULONG ElapsedSeconds, PLARGE_INTEGER Time) {
    Time->QuadPart = (seconds_to_1980 + ElapsedSeconds) * ticks_per_second;
}

/// @doc NF:wdm.RtlTimeToTimeFields
VOID NTAPI RtlTimeToTimeFields(PLARGE_INTEGER Time, PTIME_FIELDS TimeFields) {
    const LONGLONG day_number = Time->QuadPart / ticks_per_day;
    LONGLONG rest = Time->QuadPart % ticks_per_day / ticks_per_millisecond;
    const sys_days day = epoch + days(day_number);
    const year_month_day date(day);
    TimeFields->Year = static_cast<CSHORT>(static_cast<int>(date.year()));
    TimeFields->Month = static_cast<CSHORT>(static_cast<unsigned>(date.month()));
    TimeFields->Day = static_cast<CSHORT>(static_cast<unsigned>(date.day()));
    TimeFields->Weekday = static_cast<CSHORT>(std::chrono::weekday(day).c_encoding());
    TimeFields->Milliseconds = static_cast<CSHORT>(rest % 1000);
    rest /= 1000;
    TimeFields->Second = static_cast<CSHORT>(rest % 60);
    rest /= 60;
    TimeFields->Minute = static_cast<CSHORT>(rest % 60);
    TimeFields->Hour = static_cast<CSHORT>(rest / 60);
}

/// FALSE for a date the calendar does not have. Weekday is ignored.
/// @doc NF:wdm.RtlTimeFieldsToTime
BOOLEAN NTAPI RtlTimeFieldsToTime(PTIME_FIELDS TimeFields, PLARGE_INTEGER Time) {
    const TIME_FIELDS &f = *TimeFields;
    if (f.Year < 1601 || f.Month < 1 || f.Day < 1 || f.Hour < 0 || f.Hour > 23 || f.Minute < 0 ||
        f.Minute > 59 || f.Second < 0 || f.Second > 59 || f.Milliseconds < 0 ||
        f.Milliseconds > 999)
        return FALSE;
    const year_month_day date{std::chrono::year{f.Year},
                              std::chrono::month{static_cast<unsigned>(f.Month)},
                              std::chrono::day{static_cast<unsigned>(f.Day)}};
    if (!date.ok())
        return FALSE;
    const LONGLONG day_number = (sys_days(date) - epoch).count();
    const LONGLONG seconds = (f.Hour * 60LL + f.Minute) * 60 + f.Second;
    Time->QuadPart =
        day_number * ticks_per_day + (seconds * 1000 + f.Milliseconds) * ticks_per_millisecond;
    return TRUE;
}

} // extern "C"

std::span<const Export> time_exports() {
    static const std::array table{
        done<&RtlTimeToTimeFields>("RtlTimeToTimeFields", "NF:wdm.RtlTimeToTimeFields"),
        done<&RtlTimeFieldsToTime>("RtlTimeFieldsToTime", "NF:wdm.RtlTimeFieldsToTime"),
        done<&RtlTimeToSecondsSince1970>("RtlTimeToSecondsSince1970",
                                         "NF:ntifs.RtlTimeToSecondsSince1970"),
        done<&RtlTimeToSecondsSince1980>("RtlTimeToSecondsSince1980",
                                         "NF:ntifs.RtlTimeToSecondsSince1980"),
        done<&RtlSecondsSince1970ToTime>("RtlSecondsSince1970ToTime",
                                         "NF:ntifs.RtlSecondsSince1970ToTime"),
        done<&RtlSecondsSince1980ToTime>("RtlSecondsSince1980ToTime",
                                         "NF:ntifs.RtlSecondsSince1980ToTime"),
    };
    return table;
}

} // namespace ksbox::rtl
