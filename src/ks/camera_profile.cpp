// Reads a KSDEVICE_PROFILE_INFO.
#include "ks/camera_profile.h"

#include "ks/data_range.h"
#include "nt/mm/memory.h"
#include "wdk/include/ksbox/ks_profiles.h"

namespace ksbox::ks {
namespace {

constexpr GUID legacy = {
    0xb4894d81, 0x62b7, 0x4eec, {0x87, 0x40, 0x80, 0x65, 0x8c, 0x4a, 0x9d, 0x3e}};

/// Copies what the driver's structures say, and remembers whether it was readable and right.
class Reader {
  public:
    template <typename T> bool read(T &to, const void *from) {
        return require(mm::guarded_copy(&to, from, sizeof to));
    }
    bool require(bool rule) {
        ok_ = ok_ && rule;
        return ok_;
    }
    template <typename T> void keep(const T &value) {
        const auto *bytes = reinterpret_cast<const std::byte *>(&value);
        content_.insert(content_.end(), bytes, bytes + sizeof value);
    }
    /// Calls `one` with a copy of each element, until something is wrong.
    template <typename T, typename F> void each(const T *array, UINT32 count, F one) {
        require(!count || array);
        for (UINT32 i = 0; i < count && ok_; ++i) {
            T element;
            if (read(element, array + i))
                one(element);
        }
    }

    bool ok() const { return ok_; }
    std::vector<std::byte> take() { return std::move(content_); }

  private:
    bool ok_ = true;
    std::vector<std::byte> content_;
};

void read_media(Reader &reader, const KSCAMERA_PROFILE_MEDIAINFO &media, bool photo) {
    reader.require(!media.Data0 && !media.Data1 && !media.Data2 && !media.Data3);
    // HDR is the record stream's, photo sequences are the photo pin's.
    reader.require(!(media.Flags & (photo ? KSCAMERAPROFILE_FLAGS_VIDEOHDR
                                          : KSCAMERAPROFILE_FLAGS_VARIABLEPHOTOSEQUENCE)));
    reader.keep(media);
}

void read_pin(Reader &reader, const KSCAMERA_PROFILE_PININFO &pin) {
    const bool photo = same_guid(pin.PinCategory, PINNAME_VIDEO_STILL);
    reader.require(photo || same_guid(pin.PinCategory, PINNAME_VIDEO_CAPTURE) ||
                   same_guid(pin.PinCategory, PINNAME_VIDEO_PREVIEW));
    reader.keep(pin.PinCategory);
    reader.keep(pin.Reserved); // PinIndex and ProfileSensorType since they have meaning
    reader.keep(pin.MediaInfoCount);
    reader.each(pin.MediaInfos, pin.MediaInfoCount,
                [&](const KSCAMERA_PROFILE_MEDIAINFO &media) { read_media(reader, media, photo); });
}

void read_concurrency(Reader &reader, const KSCAMERA_PROFILE_CONCURRENCYINFO &other) {
    reader.require(!other.Reserved && other.ProfileCount);
    reader.keep(other.ReferenceGuid);
    reader.keep(other.ProfileCount);
    reader.each(other.Profiles, other.ProfileCount, [&](const KSCAMERA_PROFILE_INFO &profile) {
        reader.keep(profile.ProfileId);
        reader.keep(profile.Index);
    });
}

} // namespace

Result<CameraProfile> read_profile(const void *info) {
    constexpr UINT32 most_concurrencies = 1; // of Windows 10
    Reader reader;
    KSDEVICE_PROFILE_INFO profile{};
    if (!reader.read(profile, info) || profile.Type != KSDEVICE_PROFILE_TYPE_CAMERA ||
        profile.Size != sizeof profile)
        return fail(STATUS_INVALID_PARAMETER);
    const auto &camera = profile.Camera;
    reader.require(!same_guid(camera.Info.ProfileId, legacy) && camera.Info.PinCount &&
                   !camera.Reserved && camera.ConcurrencyCount <= most_concurrencies &&
                   !camera.ConcurrencyCount == !camera.Concurrency);
    reader.keep(camera.Info.ProfileId);
    reader.keep(camera.Info.Index);
    reader.keep(camera.Info.PinCount);
    reader.each(camera.Info.Pins, camera.Info.PinCount,
                [&](const KSCAMERA_PROFILE_PININFO &pin) { read_pin(reader, pin); });
    reader.keep(camera.ConcurrencyCount);
    reader.each(
        camera.Concurrency, camera.ConcurrencyCount,
        [&](const KSCAMERA_PROFILE_CONCURRENCYINFO &other) { read_concurrency(reader, other); });
    if (!reader.ok())
        return fail(STATUS_INVALID_PARAMETER);
    return CameraProfile{camera.Info.ProfileId, camera.Info.Index, reader.take()};
}

} // namespace ksbox::ks
