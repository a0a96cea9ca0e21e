// A scenario file, read: what each line asks for. docs/drive.md describes the language.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "drive/words.h"

namespace ksbox::drive {

struct LoadDriver {
    Word file;
};
struct Open {
    Word name, filter;
};

/// The format of a pin; what is not given comes from the pin's own best.
struct FormatWish {
    std::optional<std::uint32_t> rate_hz, bits, channels;
    bool is_float = false;
    std::optional<Word> like; ///< a file
    bool is_pins_own() const { return !rate_hz && !bits && !channels && !is_float && !like; }
};
struct Connect {
    Word name;
    std::optional<Word> filter;   ///< the name of an open one, and
    std::uint32_t pin = 0;        ///< its pin,
    std::optional<Word> to;       ///< connected to that pin;
    std::optional<Word> endpoint; ///< or an endpoint
    FormatWish format;
};
enum class State : std::uint8_t { stop, acquire, pause, run };
struct SetState {
    Word pin;
    State state = State::stop;
};

/// What a property's request carries.
struct Selectors {
    std::optional<std::uint32_t> node, pin;
    std::optional<std::int32_t> channel;
};
struct Get {
    Word object, property;
    Selectors selectors;
    std::optional<Word> value; ///< what it shall be, or not
    bool negated = false;
};
struct Set {
    Word object, property, value;
    Selectors selectors;
};

enum class Sound : std::uint8_t { file, noise, tone, silence };
struct Play {
    Word pin;
    Sound sound = Sound::noise;
    std::optional<Word> file;
    std::uint64_t time_100ns = 0; ///< not of files
};
struct Record {
    Word pin;
    std::uint64_t time_100ns = 0;
    std::optional<Word> file;
};
struct Finish {
    Word pin;
};

struct MoveJack {
    Word endpoint;
    bool plugged = true;
    std::optional<Word> property; ///< that moves it, if it is none that is known
};
enum class SystemPower : std::uint8_t { suspend, resume };
enum class DeviceChange : std::uint8_t { surprise_remove, remove, insert };
struct ChangeDevice {
    DeviceChange change = DeviceChange::remove;
    std::optional<Word> driver; ///< whose device; the only one's
};
struct Close {
    Word name;
};
struct Wait {
    std::uint64_t time_100ns = 0;
};

enum class Heard : std::uint8_t { contains, equals, silent, something };
struct ExpectSound {
    Word pin; ///< it has recorded
    Heard heard = Heard::contains;
    std::optional<Word> other; ///< a pin that has played, or a file
    bool other_is_pin = false;
};
struct ExpectJack {
    Word endpoint;
    bool plugged = true;
};
struct ExpectOrder {
    std::vector<Word> events;
};

using Action =
    std::variant<LoadDriver, Open, Connect, SetState, Get, Set, Play, Record, Finish, MoveJack,
                 SystemPower, ChangeDevice, Close, Wait, ExpectSound, ExpectJack, ExpectOrder>;

/// "-> STATUS_NO_MATCH", "-> 0x80070491", "-> fails", each with a part of the message if wanted.
struct Refusal {
    Place place;
    std::string wanted;                ///< as written
    std::optional<std::uint32_t> code; ///< none: any
    std::optional<std::string> text;   ///< in the message
};

struct Command {
    Place place;
    std::string text; ///< as written, without blanks around it and comments
    Action action;
    std::optional<Refusal> refusal; ///< it shall fail so; none: it shall succeed
};

struct Script {
    std::vector<Command> commands;

    /// Each name is known before it is used, and used for what it names. Refused with the first
    /// place that is wrong.
    static std::expected<Script, Problem> parse(std::string_view bytes);
};

/// "open NAME FILTER" and so on, each with what it does; for --help and messages.
struct Usage {
    std::string_view form, meaning;
};
std::vector<Usage> usages();

} // namespace ksbox::drive
