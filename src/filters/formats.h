// Between the media libraries' formats and KS's: data ranges, formats, intersections.
#pragma once

#include <optional>
#include <vector>

#include "abi/windows.h"
#include "ksbox/format.h"
#include "media/pictures.h"

namespace ksbox::filters {

/// A data range of any kind that KS reads by its FormatSize.
union Range {
    KSDATARANGE head;
    KSDATARANGE_AUDIO audio;
    KS_DATARANGE_VIDEO video;
};

/// The one format.
Range range_of(const AudioFormat &format);
Range range_of(const media::PictureFormat &format);
/// All sizes and rates of a kind of picture.
Range range_of(media::Pixels pixels);
Range audio_range(bool is_float, unsigned lowest_bits, unsigned highest_bits, unsigned channels,
                  unsigned lowest_hz, unsigned highest_hz);

/// Equal as samples go: a mask of 0 stands for the usual places.
bool same_samples(const AudioFormat &a, const AudioFormat &b);

struct Pictures {
    media::PictureFormat format;
    bool top_down = true; ///< of RGB
};
/// The KSDATAFORMAT of a connection; nothing: another kind.
std::optional<AudioFormat> audio_of(const KSDATAFORMAT &format);
std::optional<Pictures> pictures_of(const KSDATAFORMAT &format);
std::string to_string(const KSDATAFORMAT &format);

/// What one frame of KS holds of sound, where the filter makes it: 20 ms.
std::size_t sound_frame_bytes(const AudioFormat &format);

DataFormat data_format(const media::PictureFormat &format);

/// PFNKSINTERSECTHANDLEREX's end: `format` is the answer.
NTSTATUS answer_format(const DataFormat &format, ULONG bytes, PVOID data, PULONG answered);

/// Whether the caller's range holds the one format. A range without a specifier's part asks for
/// all.
bool holds(const KSDATARANGE &range, const AudioFormat &format);
bool holds(const KSDATARANGE &range, const media::PictureFormat &format);

/// PFNKSINTERSECTHANDLEREX for pictures of any size: the size and interval that the caller's range
/// names first.
NTSTATUS NTAPI intersect_pictures(PVOID context, PIRP irp, PKSP_PIN pin, PKSDATARANGE caller_range,
                                  PKSDATARANGE own_range, ULONG bytes, PVOID data, PULONG answered);

} // namespace ksbox::filters
