// A media file as a filter: a source pin for each of its streams, each with a decoder of its own.
// Decoding happens in the pins' process routine, at PASSIVE_LEVEL.
#include <algorithm>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "filters/file_offer.h"
#include "filters/filters.h"
#include "filters/formats.h"
#include "filters/stream_reader.h"
#include "ks/refusal.h"
#include "ks/stream/own_framing.h"
#include "media/audio_reader.h"
#include "media/streams.h"
#include "media/video_reader.h"

namespace ksbox::filters {
namespace {

constexpr ULONG frames_on_their_way = 8;
constexpr GUID categories[] = {static_guid(STATIC_KSCATEGORY_FILESYSTEM),
                               static_guid(STATIC_KSCATEGORY_CAPTURE)};

struct FileStream {
    media::StreamFacts facts;
    std::vector<AudioFormat> sound;               ///< best first
    std::optional<media::PictureFormat> pictures; ///< else
    std::vector<Range> ranges;
    std::vector<PKSDATARANGE> range_list;
};

class FileSource final : public FileOffer {
  public:
    /// Opens each stream once, to know its format. Throws Error.
    explicit FileSource(const std::filesystem::path &file);
    static FileSource &of(PKSFILTER filter) {
        return static_cast<FileSource &>(FileOffer::of(filter));
    }
    static FileSource &of(PKSPIN pin) { return of(KsPinGetParentFilter(pin)); }
    const FileStream &stream(ULONG pin_id) const { return streams_[pin_id]; }

  private:
    media::Result<FileStream> look_at(const media::StreamFacts &facts) const;
    void add_pin(FileStream &stream);

    std::vector<FileStream> streams_;
};

/// The context of a pin.
struct SourcePin {
    std::optional<AudioFormat> sound; ///< of the connection; none: pictures
    std::unique_ptr<StreamReader> reader;
    bool begun = false; ///< something was read
    bool ended = false;
    std::int64_t count = 0; ///< pictures
};

SourcePin &context_of(PKSPIN pin) {
    return *static_cast<SourcePin *>(pin->Context);
}

media::Result<std::unique_ptr<StreamReader>> open_reader(PKSPIN pin, const SourcePin &context) {
    const FileSource &source = FileSource::of(pin);
    const unsigned number = source.stream(pin->Id).facts.number;
    return context.sound ? read_audio(source.file(), number, *context.sound)
                         : read_pictures(source.file(), number);
}

NTSTATUS begin(PKSPIN pin, SourcePin &context) {
    auto reader = open_reader(pin, context);
    if (!reader)
        return ks::refused(STATUS_FILE_CORRUPT_ERROR, reader.error().text);
    context.reader = std::move(*reader);
    context.begun = context.ended = false;
    context.count = 0;
    return STATUS_SUCCESS;
}

/// Whether the stream comes in that format; what of it is to be remembered.
bool takes(const FileStream &stream, const KSDATAFORMAT &format, SourcePin &context) {
    if (stream.pictures) {
        const auto wanted = pictures_of(format);
        return wanted && wanted->top_down && wanted->format.pixels == stream.pictures->pixels &&
               wanted->format.width == stream.pictures->width &&
               wanted->format.height == stream.pictures->height;
    }
    const auto wanted = audio_of(format);
    const auto found = std::ranges::find_if(
        stream.sound, [&](const AudioFormat &one) { return wanted && same_samples(one, *wanted); });
    if (found == stream.sound.end())
        return false;
    context.sound = *found;
    return true;
}

std::string own_format(const FileStream &stream) {
    return (stream.pictures ? data_format(*stream.pictures)
                            : DataFormat::audio(stream.sound.front()))
        .to_string();
}

NTSTATUS NTAPI create_pin(PKSPIN pin, PIRP) {
    FileSource &source = FileSource::of(pin);
    const FileStream &stream = source.stream(pin->Id);
    auto context = std::make_unique<SourcePin>();
    if (!takes(stream, *pin->ConnectionFormat, *context))
        return ks::refused(STATUS_NO_MATCH,
                           fmt::format("{} in place of {}, which stream {} of the file is",
                                       to_string(*pin->ConnectionFormat), own_format(stream),
                                       stream.facts.number));
    const std::size_t frame_bytes =
        context->sound ? sound_frame_bytes(*context->sound) : stream.pictures->bytes();
    if (const NTSTATUS status =
            ks::choose_framing(pin, frames_on_their_way, static_cast<ULONG>(frame_bytes));
        !NT_SUCCESS(status))
        return status;
    source.set_problem({});
    if (const NTSTATUS status = begin(pin, *context); !NT_SUCCESS(status))
        return status;
    pin->Context = context.release();
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI close_pin(PKSPIN pin, PIRP) {
    delete &context_of(pin);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI set_state(PKSPIN pin, KSSTATE to, KSSTATE from) {
    SourcePin &context = context_of(pin);
    if (to != KSSTATE_ACQUIRE || from != KSSTATE_STOP)
        return STATUS_SUCCESS;
    KsPinAcquireProcessingMutex(pin);
    NTSTATUS status = STATUS_SUCCESS;
    if (context.begun || context.ended)
        status = begin(pin, context);
    FileSource::of(pin).bytes = 0;
    KsPinReleaseProcessingMutex(pin);
    return status;
}

/// The frame goes back with the status; `why` reaches a client that reads it.
void end_with(PKSPIN pin, PKSSTREAM_POINTER frame, NTSTATUS status, std::string why) {
    FileSource::of(pin).set_problem(why);
    if (PIRP const irp = KsStreamPointerGetIrp(frame, nullptr, nullptr))
        ks::refused(irp, status, std::move(why));
    KsStreamPointerSetStatusCode(frame, status);
    frame->StreamHeader->OptionsFlags |= KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM;
    context_of(pin).ended = true;
    KsStreamPointerUnlock(frame, TRUE);
}

void describe(KSSTREAM_HEADER &header, const StreamReader::Piece &piece, SourcePin &context) {
    header.PresentationTime = {piece.time_100ns, 1, 1};
    header.Duration = piece.duration_100ns;
    header.OptionsFlags |=
        KSSTREAM_HEADER_OPTIONSF_TIMEVALID | KSSTREAM_HEADER_OPTIONSF_DURATIONVALID;
    if (piece.last)
        header.OptionsFlags |= KSSTREAM_HEADER_OPTIONSF_ENDOFSTREAM;
    if (context.sound)
        return;
    header.OptionsFlags |= KSSTREAM_HEADER_OPTIONSF_SPLICEPOINT; // each picture stands alone
    if (header.Size >= sizeof header + sizeof(KS_FRAME_INFO)) {
        auto &info = *reinterpret_cast<KS_FRAME_INFO *>(&header + 1);
        info.PictureNumber = ++context.count;
        info.DropCount = 0;
    }
}

void fill(PKSPIN pin, PKSSTREAM_POINTER frame) {
    SourcePin &context = context_of(pin);
    const std::size_t room = frame->OffsetOut.Remaining, least = context.reader->unit_bytes();
    if (room < least)
        return end_with(pin, frame, STATUS_BUFFER_TOO_SMALL,
                        fmt::format("a frame of {} bytes: {} needs {}", room,
                                    context.sound ? "a sample of each channel" : "a picture",
                                    least));
    context.begun = true;
    const auto piece =
        context.reader->read({reinterpret_cast<std::byte *>(frame->OffsetOut.Data), room});
    if (!piece)
        return end_with(pin, frame, STATUS_FILE_CORRUPT_ERROR, piece.error().text);
    describe(*frame->StreamHeader, *piece, context);
    context.ended = piece->last;
    FileSource::of(pin).bytes += piece->bytes;
    KsStreamPointerAdvanceOffsetsAndUnlock(frame, 0, static_cast<ULONG>(piece->bytes), TRUE);
}

NTSTATUS NTAPI process(PKSPIN pin) {
    // What comes behind the end stays where it is, until the stream begins again.
    while (!context_of(pin).ended) {
        PKSSTREAM_POINTER const frame =
            KsPinGetLeadingEdgeStreamPointer(pin, KSSTREAM_POINTER_STATE_LOCKED);
        if (!frame)
            break;
        fill(pin, frame);
    }
    return STATUS_PENDING;
}

NTSTATUS NTAPI intersect(PVOID, PIRP irp, PKSP_PIN request, PKSDATARANGE caller_range,
                         PKSDATARANGE own_range, ULONG bytes, PVOID data, PULONG answered) {
    const FileStream &stream = FileSource::of(KsGetFilterFromIrp(irp)).stream(request->PinId);
    if (stream.pictures)
        return holds(*caller_range, *stream.pictures)
                   ? answer_format(data_format(*stream.pictures), bytes, data, answered)
                   : STATUS_NO_MATCH;
    const auto index = static_cast<std::size_t>(std::ranges::find(stream.range_list, own_range) -
                                                stream.range_list.begin());
    const AudioFormat &format = stream.sound[std::min(index, stream.sound.size() - 1)];
    return holds(*caller_range, format)
               ? answer_format(DataFormat::audio(format), bytes, data, answered)
               : STATUS_NO_MATCH;
}

// A pin's format is fixed: Create says why it takes none.
const KSPIN_DISPATCH pin_dispatch = {create_pin, close_pin, process, nullptr, nullptr,
                                     set_state,  nullptr,   nullptr, nullptr, nullptr};

media::Result<FileStream> FileSource::look_at(const media::StreamFacts &facts) const {
    FileStream stream;
    stream.facts = facts;
    if (facts.kind == media::StreamKind::audio) {
        const auto reader = KS_TRY(media::AudioReader::open(file(), facts.number));
        stream.sound = formats_of(reader->format(), reader->lossless());
        for (const AudioFormat &format : stream.sound)
            stream.ranges.push_back(range_of(format));
    } else {
        stream.pictures =
            KS_TRY(media::VideoReader::open(file(), std::nullopt, facts.number))->format();
        stream.ranges.push_back(range_of(*stream.pictures));
    }
    return stream;
}

std::string name_of(const FileStream &stream, const std::filesystem::path &file) {
    std::string name = stream.facts.title.empty() ? file.filename().string() : stream.facts.title;
    if (!stream.facts.language.empty())
        name += " (" + stream.facts.language + ")";
    return name;
}

void FileSource::add_pin(FileStream &stream) {
    for (Range &range : stream.ranges)
        stream.range_list.push_back(&range.head);
    KSPIN_DESCRIPTOR_EX pin{};
    pin.Dispatch = &pin_dispatch;
    pin.PinDescriptor.DataRangesCount = static_cast<ULONG>(stream.range_list.size());
    pin.PinDescriptor.DataRanges = stream.range_list.data();
    pin.PinDescriptor.DataFlow = KSPIN_DATAFLOW_OUT;
    pin.PinDescriptor.Communication = KSPIN_COMMUNICATION_BOTH;
    pin.PinDescriptor.Category = stream.pictures ? &KSCATEGORY_VIDEO : &KSCATEGORY_AUDIO;
    pin.Flags = KSPIN_FLAG_FIXED_FORMAT;
    pin.InstancesPossible = 1;
    pin.IntersectHandler = intersect;
    pins_.push_back(pin);
}

FileSource::FileSource(const std::filesystem::path &file) : FileOffer(file) {
    const auto fail = [](const media::Error &error) {
        throw Error(static_cast<std::uint32_t>(STATUS_FILE_CORRUPT_ERROR), error.text);
    };
    const auto streams = media::streams_of(file);
    if (!streams)
        fail(streams.error());
    std::optional<media::Error> first_error;
    for (const media::StreamFacts &facts : *streams) {
        if (auto stream = look_at(facts))
            streams_.push_back(std::move(*stream));
        else if (!first_error)
            first_error = stream.error();
    }
    // A stream that nobody can decode keeps nobody from the others.
    if (streams_.empty())
        fail(first_error.value_or(
            media::Error{file.string() + ": it has neither sound nor pictures"}));
    for (FileStream &stream : streams_) {
        add_pin(stream);
        pin_names_.push_back(name_of(stream, file));
    }
    categories_.assign(std::begin(categories), std::end(categories));
}

} // namespace

InterfaceFacts add_file_source(Box &box, const std::filesystem::path &file, std::string name) {
    if (name.empty())
        name = file.filename().string();
    return add(box, std::make_unique<FileSource>(file), name);
}

} // namespace ksbox::filters
