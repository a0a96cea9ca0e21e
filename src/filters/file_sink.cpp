// A file as a filter: a sink pin whose stream is encoded in its process routine, at PASSIVE_LEVEL.
#include <algorithm>
#include <atomic>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "abi/guid.h"
#include "filters/file_offer.h"
#include "filters/file_writer.h"
#include "filters/filters.h"
#include "ks/refusal.h"
#include "ks/stream/own_framing.h"
#include "mixer/wave_format.h"

namespace ksbox::filters {
namespace {

constexpr ULONG frames_on_their_way = 8;
constexpr GUID categories[] = {static_guid(STATIC_KSCATEGORY_FILESYSTEM),
                               static_guid(STATIC_KSCATEGORY_RENDER)};

class FileSink final : public FileOffer {
  public:
    /// Throws Error: the name says no kind that is known, or nothing can be written there.
    FileSink(const std::filesystem::path &file, bool at_once);
    /// The box goes: as if the pin were closed.
    ~FileSink() override;
    static FileSink &of(PKSPIN pin) {
        return static_cast<FileSink &>(FileOffer::of(KsPinGetParentFilter(pin)));
    }

    media::Result<void> open(const KSDATAFORMAT &format);
    /// Nothing is lost of what append() took.
    void close();
    NTSTATUS append(std::span<const std::byte> data);
    std::atomic<bool> taken = false; ///< by a pin of any of its filters

  private:
    void add_ranges();

    const bool at_once_;
    std::vector<Range> ranges_;
    std::vector<PKSDATARANGE> range_list_;
    std::unique_ptr<FileWriter> writer_; ///< while there is a pin
    NTSTATUS failed_ = STATUS_SUCCESS;   ///< since then nothing is written
};

media::Result<void> FileSink::open(const KSDATAFORMAT &format) {
    if (const auto sound = audio_of(format))
        writer_ = KS_TRY(FileWriter::open(file(), *sound, at_once_));
    else if (const auto pictures = pictures_of(format))
        writer_ = KS_TRY(FileWriter::open(file(), *pictures));
    else
        return media::refuse(file().string() + ": " + to_string(format) +
                             " is nothing that it can hold");
    keeps_partial = false;
    return {};
}

FileSink::~FileSink() {
    if (writer_ && failed_ == STATUS_SUCCESS && !keeps_partial)
        (void)writer_->finish();
}

void FileSink::close() {
    if (writer_ && failed_ == STATUS_SUCCESS && !keeps_partial)
        if (auto finished = writer_->finish(); !finished)
            set_problem(std::move(finished.error().text));
    writer_.reset();
    failed_ = STATUS_SUCCESS;
    taken = false;
}

NTSTATUS FileSink::append(std::span<const std::byte> data) {
    if (failed_ != STATUS_SUCCESS)
        return failed_;
    if (auto written = writer_->append(data); !written) {
        failed_ = writer_->disk_is_full() ? STATUS_DISK_FULL : STATUS_UNEXPECTED_IO_ERROR;
        set_problem(std::move(written.error().text));
        return failed_;
    }
    bytes += data.size();
    return STATUS_SUCCESS;
}

NTSTATUS begin(PKSPIN pin, FileSink &sink) {
    const KSDATAFORMAT &format = *pin->ConnectionFormat;
    const auto sound = audio_of(format);
    const auto pictures = sound ? std::nullopt : pictures_of(format);
    const std::size_t frame_bytes = sound      ? sound_frame_bytes(*sound)
                                    : pictures ? pictures->format.bytes()
                                               : 1;
    if (const NTSTATUS status =
            ks::choose_framing(pin, frames_on_their_way, static_cast<ULONG>(frame_bytes));
        !NT_SUCCESS(status))
        return status;
    sink.set_problem({});
    sink.bytes = 0;
    if (const auto opened = sink.open(format); !opened)
        return ks::refused(sound || pictures ? STATUS_OBJECT_NAME_INVALID : STATUS_NO_MATCH,
                           opened.error().text);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI create_pin(PKSPIN pin, PIRP) {
    FileSink &sink = FileSink::of(pin);
    if (sink.taken.exchange(true))
        return ks::refused(STATUS_SHARING_VIOLATION,
                           sink.file().string() + " is being written by another pin");
    const NTSTATUS status = begin(pin, sink);
    if (!NT_SUCCESS(status))
        sink.taken = false;
    return status;
}

NTSTATUS NTAPI close_pin(PKSPIN pin, PIRP) {
    FileSink::of(pin).close();
    return STATUS_SUCCESS;
}

/// Waiters for the stream's end have waited long enough.
void tell_end(PKSPIN pin) {
    KsGenerateEvents(pin, &KSEVENTSETID_Connection, KSEVENT_CONNECTION_ENDOFSTREAM, 0, nullptr,
                     nullptr, nullptr);
}

NTSTATUS NTAPI process(PKSPIN pin) {
    FileSink &sink = FileSink::of(pin);
    while (PKSSTREAM_POINTER const frame =
               KsPinGetLeadingEdgeStreamPointer(pin, KSSTREAM_POINTER_STATE_LOCKED)) {
        const ULONG bytes = frame->OffsetIn.Remaining;
        const NTSTATUS status =
            sink.append({reinterpret_cast<const std::byte *>(frame->OffsetIn.Data), bytes});
        if (!NT_SUCCESS(status)) {
            if (PIRP const irp = KsStreamPointerGetIrp(frame, nullptr, nullptr))
                ks::refused(irp, status, sink.problem());
            KsStreamPointerSetStatusCode(frame, status);
            tell_end(pin);
        }
        KsStreamPointerAdvanceOffsetsAndUnlock(frame, bytes, 0, TRUE);
    }
    return STATUS_PENDING;
}

NTSTATUS NTAPI intersect(PVOID context, PIRP irp, PKSP_PIN pin, PKSDATARANGE caller_range,
                         PKSDATARANGE own_range, ULONG bytes, PVOID data, PULONG answered) {
    return (to_guid(own_range->MajorFormat) == to_guid(KSDATAFORMAT_TYPE_AUDIO)
                ? mixer::intersect
                : intersect_pictures)(context, irp, pin, caller_range, own_range, bytes, data,
                                      answered);
}

// A pin's format is fixed: Create says why it takes none.
const KSPIN_DISPATCH pin_dispatch = {create_pin, close_pin, process, nullptr, nullptr,
                                     nullptr,    nullptr,   nullptr, nullptr, nullptr};

// What the encoders take (media/audio_writer.cpp).
void FileSink::add_ranges() {
    constexpr unsigned most_channels = 8, most_hz = 384'000;
    if (const auto kind = media::audio_kind(file())) {
        const bool is_flac = *kind == media::AudioKind::flac,
                   is_mp3 = *kind == media::AudioKind::mp3;
        const unsigned channels = is_mp3 ? 2 : most_channels;
        std::vector<std::uint32_t> rates = media::encoded_rates(*kind);
        const bool any = rates.empty();
        if (any)
            rates = {*kind == media::AudioKind::vorbis ? 192'000U : most_hz};
        for (const std::uint32_t hz : rates) {
            const unsigned least = any ? 8'000 : hz;
            ranges_.push_back(audio_range(false, 8, is_flac ? 24 : 32, channels, least, hz));
            if (!is_flac)
                ranges_.push_back(audio_range(true, 32, 64, channels, least, hz));
        }
    }
    if (media::video_kind(file()))
        for (const media::Pixels pixels :
             {media::Pixels::yuy2, media::Pixels::uyvy, media::Pixels::nv12, media::Pixels::i420,
              media::Pixels::rgb24, media::Pixels::rgb32})
            ranges_.push_back(range_of(pixels));
    for (Range &range : ranges_)
        range_list_.push_back(&range.head);
}

FileSink::FileSink(const std::filesystem::path &file, bool at_once)
    : FileOffer(file), at_once_(at_once) {
    add_ranges();
    if (ranges_.empty())
        throw Error(static_cast<std::uint32_t>(STATUS_OBJECT_NAME_INVALID),
                    fmt::format("{}: sound goes to {} files, pictures to .mp4, .y4m and .png, by "
                                "their names",
                                file.string(), media::audio_endings()));
    if (const auto checked = media::OutputFile::check(file); !checked)
        throw Error(static_cast<std::uint32_t>(STATUS_OBJECT_NAME_INVALID), checked.error().text);
    KSPIN_DESCRIPTOR_EX pin{};
    pin.Dispatch = &pin_dispatch;
    pin.PinDescriptor.DataRangesCount = static_cast<ULONG>(range_list_.size());
    pin.PinDescriptor.DataRanges = range_list_.data();
    pin.PinDescriptor.DataFlow = KSPIN_DATAFLOW_IN;
    pin.PinDescriptor.Communication = KSPIN_COMMUNICATION_BOTH;
    pin.PinDescriptor.Category = media::video_kind(file) ? &KSCATEGORY_VIDEO : &KSCATEGORY_AUDIO;
    pin.Flags = KSPIN_FLAG_FIXED_FORMAT | KSPIN_FLAG_GENERATE_EOS_EVENTS;
    pin.InstancesPossible = 1;
    pin.IntersectHandler = intersect;
    pins_.push_back(pin);
    pin_names_.push_back(file.filename().string());
    categories_.assign(std::begin(categories), std::end(categories));
}

} // namespace

InterfaceFacts add_file_sink(Box &box, const std::filesystem::path &file,
                             const FileSinkOptions &options) {
    return add(box, std::make_unique<FileSink>(file, options.at_once),
               options.name.empty() ? file.filename().string() : options.name);
}

} // namespace ksbox::filters
