// Reading a scenario file: each line by the word that it begins with.
#include "drive/script.h"

#include <algorithm>
#include <charconv>

#include "base/status_names.h"
#include "drive/line.h"
#include "drive/names.h"

namespace ksbox::drive {

namespace {

constexpr std::int64_t most = UINT32_MAX;

// What reads a line: its words behind the first, and the names so far.
struct Context {
    Line &line;
    Names &names;
    bool refused; ///< the command shall fail
    bool first;   ///< nothing but drivers have been named before
};

Action read_driver(Context &at) {
    if (!at.first)
        at.line.refuse(at.line.here(), "drivers are named first");
    return LoadDriver{at.line.word("a file")};
}

Action read_open(Context &at) {
    Open open{.name = at.line.name(), .filter = at.line.word("a filter")};
    at.names.give(at.line, open.name, Names::Kind::filter, at.refused);
    return open;
}

FormatWish read_format(Line &line) {
    FormatWish wish;
    while (line.more()) {
        if (const auto rate = line.setting("rate", 1, most))
            wish.rate_hz = static_cast<std::uint32_t>(*rate);
        else if (const auto bits = line.setting("bits", 1, 64))
            wish.bits = static_cast<std::uint32_t>(*bits);
        else if (const auto channels = line.setting("channels", 1, 64))
            wish.channels = static_cast<std::uint32_t>(*channels);
        else if (line.take("float"))
            wish.is_float = true;
        else if (line.take("like"))
            wish.like = line.word("a file");
        else
            break;
    }
    return wish;
}

Action read_connect(Context &at) {
    Connect connect{
        .name = at.line.name(), .filter = {}, .pin = 0, .to = {}, .endpoint = {}, .format = {}};
    if (at.line.take("endpoint")) {
        connect.endpoint = at.line.word("an endpoint");
    } else {
        connect.filter = at.line.word("a filter, or 'endpoint'");
        at.names.expect(at.line, *connect.filter, Names::Kind::filter);
        connect.pin = at.line.number("a pin");
        if (at.line.take("to")) {
            connect.to = at.line.word("a pin");
            at.names.expect(at.line, *connect.to, Names::Kind::pin);
        }
    }
    connect.format = read_format(at.line);
    at.names.give(at.line, connect.name, Names::Kind::pin, at.refused);
    return connect;
}

Action read_state(Context &at) {
    SetState set{.pin = at.line.word("a pin")};
    at.names.expect(at.line, set.pin, Names::Kind::pin);
    constexpr std::string_view states[] = {"stop", "acquire", "pause", "run"};
    const Word state = at.line.word("a state");
    const auto *found = std::ranges::find(states, state.text);
    if (found == std::end(states))
        at.line.refuse(state.place, "'" + state.text + "' is no state");
    set.state = static_cast<State>(found - std::begin(states));
    return set;
}

Selectors read_selectors(Line &line) {
    Selectors selectors;
    while (line.more()) {
        if (const auto node = line.setting("node", 0, most))
            selectors.node = static_cast<std::uint32_t>(*node);
        else if (const auto pin = line.setting("pin", 0, most))
            selectors.pin = static_cast<std::uint32_t>(*pin);
        else if (const auto channel = line.setting("channel", -1, 255))
            selectors.channel = static_cast<std::int32_t>(*channel);
        else
            break;
    }
    return selectors;
}

Action read_get(Context &at) {
    Get get{.object = at.line.word("a filter or pin"),
            .property = {},
            .selectors = {},
            .value = {},
            .negated = false};
    (void)at.names.kind(at.line, get.object);
    get.property = at.line.word("a property");
    get.selectors = read_selectors(at.line);
    get.negated = at.line.take("is-not");
    if (get.negated || at.line.take("is"))
        get.value = at.line.word("a value");
    return get;
}

Action read_set(Context &at) {
    Set set{
        .object = at.line.word("a filter or pin"), .property = {}, .value = {}, .selectors = {}};
    (void)at.names.kind(at.line, set.object);
    set.property = at.line.word("a property");
    set.value = at.line.word("a value");
    set.selectors = read_selectors(at.line);
    return set;
}

Action read_play(Context &at) {
    Play play{.pin = at.line.word("a pin"), .sound = Sound::noise, .file = {}, .time_100ns = 0};
    at.names.start(at.line, play.pin, Names::Stream::plays, at.refused);
    if (at.line.take("noise") || (at.line.take("tone") && (play.sound = Sound::tone, true)) ||
        (at.line.take("silence") && (play.sound = Sound::silence, true))) {
        const Place place = at.line.here();
        play.time_100ns = at.line.duration();
        if (play.time_100ns == 0)
            at.line.refuse(place, "nothing would be played");
        return play;
    }
    play.sound = Sound::file;
    play.file = at.line.word("a file, noise, tone or silence");
    return play;
}

Action read_record(Context &at) {
    Record record{.pin = at.line.word("a pin"), .time_100ns = 0, .file = {}};
    at.names.start(at.line, record.pin, Names::Stream::records, at.refused);
    const Place place = at.line.here();
    record.time_100ns = at.line.duration();
    if (record.time_100ns == 0)
        at.line.refuse(place, "nothing would be recorded");
    if (at.line.take("to")) {
        record.file = at.line.word("a file");
        if (!at.refused)
            at.names.write_at_finish(record.pin, *record.file);
    }
    return record;
}

Action read_finish(Context &at) {
    Finish finish{.pin = at.line.word("a pin")};
    at.names.finish(at.line, finish.pin);
    return finish;
}

template <bool plugged> Action read_jack(Context &at) {
    MoveJack move{.endpoint = at.line.word("an endpoint"), .plugged = plugged, .property = {}};
    if (at.line.take("by"))
        move.property = at.line.word("a property");
    return move;
}

template <auto value> Action read_bare(Context &) {
    return value;
}

template <DeviceChange change> Action read_device(Context &at) {
    ChangeDevice device{.change = change, .driver = {}};
    if (at.line.more())
        device.driver = at.line.word("a driver");
    return device;
}

Action read_close(Context &at) {
    Close close{.name = at.line.word("a filter or pin")};
    at.names.close(at.line, close.name);
    return close;
}

Action read_wait(Context &at) {
    return Wait{.time_100ns = at.line.duration()};
}

Action read_expected_order(Context &at) {
    ExpectOrder order;
    while (at.line.more() || order.events.empty()) {
        order.events.push_back(at.line.word("an event"));
        if (order.events.back().text.empty())
            at.line.refuse(order.events.back().place, "every event has that");
    }
    return order;
}

Action read_expect(Context &at) {
    if (at.line.take("order"))
        return read_expected_order(at);
    const Word what = at.line.word("a pin, an endpoint, or 'order'");
    for (const bool plugged : {true, false})
        if (at.line.take(plugged ? "plugged" : "unplugged"))
            return ExpectJack{what, plugged};
    ExpectSound sound{.pin = what, .heard = Heard::silent, .other = {}, .other_is_pin = false};
    const Place place = at.line.here();
    if (at.line.take("contains"))
        sound.heard = Heard::contains;
    else if (at.line.take("equals"))
        sound.heard = Heard::equals;
    else if (at.line.take("sound"))
        sound.heard = Heard::something;
    else if (!at.line.take("silence"))
        at.line.refuse(place, "contains, equals, sound, silence, plugged or unplugged is missing");
    at.names.expect_finished(at.line, sound.pin, Names::Stream::records);
    if (sound.heard == Heard::contains || sound.heard == Heard::equals) {
        sound.other = at.line.word("a pin that has played, or a file");
        sound.other_is_pin = !sound.other->quoted && at.names.knows(sound.other->text);
        if (sound.other_is_pin)
            at.names.expect_finished(at.line, *sound.other, Names::Stream::plays);
    }
    return sound;
}

struct Form {
    std::string_view verb;
    Action (*read)(Context &);
    std::string_view form, meaning;
};

constexpr Form forms[] = {
    {"driver", read_driver, "driver FILE",
     "a driver, beside the script; instead of these, --driver"},
    {"open", read_open, "open NAME FILTER", "opens a filter by its name in inspect's list"},
    {"connect", read_connect,
     "connect NAME FILTER PIN [to PIN] | endpoint ENDPOINT [rate=HZ] [bits=N] [channels=N] [float] "
     "[like FILE]",
     "creates a pin; the format is that of the pin it is connected to, or its best by data "
     "intersection, unless given"},
    {"state", read_state, "state PIN stop|acquire|pause|run", "sets that state, and no other"},
    {"get", read_get, "get NAME PROPERTY [node=N] [channel=N] [pin=N] [is|is-not VALUE]",
     "gets a property, and compares it"},
    {"set", read_set, "set NAME PROPERTY VALUE [node=N] [channel=N] [pin=N]", "sets a property"},
    {"play", read_play, "play PIN FILE | noise|tone|silence DURATION",
     "begins to play, from RUN on or as soon as it runs"},
    {"record", read_record, "record PIN DURATION [to FILE.wav]", "begins to record"},
    {"finish", read_finish, "finish PIN", "waits until it has played or recorded all"},
    {"plug", read_jack<true>, "plug ENDPOINT [by PROPERTY]", "puts a plug into its jack"},
    {"unplug", read_jack<false>, "unplug ENDPOINT [by PROPERTY]", "pulls it out"},
    {"suspend", read_bare<SystemPower::suspend>, "suspend", "the system goes to sleep"},
    {"resume", read_bare<SystemPower::resume>, "resume", "it wakes"},
    {"surprise-remove", read_device<DeviceChange::surprise_remove>, "surprise-remove [DRIVER]",
     "the device is pulled out while it works"},
    {"remove", read_device<DeviceChange::remove>, "remove [DRIVER]", "it is removed in order"},
    {"insert", read_device<DeviceChange::insert>, "insert [DRIVER]", "it is back after either"},
    {"close", read_close, "close NAME", "closes a pin or filter; what streams there ends"},
    {"wait", read_wait, "wait DURATION", "lets time pass"},
    {"expect", read_expect,
     "expect PIN contains|equals PIN|FILE | PIN sound|silence | ENDPOINT plugged|unplugged | order "
     "EVENT…",
     "of what was recorded, a jack, or the trace"},
};

std::string verbs() {
    std::string text;
    for (const Form &form : forms)
        text += (text.empty() ? "" : ", ") + std::string(form.verb);
    return text;
}

// "-> STATUS_NO_MATCH "part of the message"", from the words behind the arrow.
Refusal read_refusal(Line line) {
    Refusal refusal{.place = line.here(), .wanted = {}, .code = {}, .text = {}};
    const Word code = line.word("a status, a number, or 'fails'");
    refusal.wanted = code.text;
    if (const auto status = status_by_name(code.text)) {
        if (*status >= 0)
            line.refuse(code.place, code.text + " is no failure");
        refusal.code = static_cast<std::uint32_t>(*status);
    } else if (code.text.starts_with("0x")) {
        std::uint32_t value = 0;
        const char *end = code.text.data() + code.text.size();
        const auto [rest, error] = std::from_chars(code.text.data() + 2, end, value, 16);
        if (error != std::errc() || rest != end)
            line.refuse(code.place, "'" + code.text + "' is no code of 32 bits");
        refusal.code = value;
    } else if (code.text != "fails") {
        line.refuse(code.place,
                    "'" + code.text + "' is no status: STATUS_…, 0x… or 'fails' stands behind ->");
    }
    if (line.more())
        refusal.text = line.word("").text;
    line.done();
    return refusal;
}

Command read_command(std::span<const Word> words, Place end, Names &names, bool first) {
    const Word &verb = words.front();
    const auto *form = std::ranges::find(forms, verb.text, &Form::verb);
    if (verb.quoted || form == std::end(forms))
        throw Problem{verb.place, "'" + verb.text + "' is no command; there are " + verbs()};
    const auto arrow = std::ranges::find_if(
        words, [](const Word &word) { return !word.quoted && word.text == "->"; });
    Command command{.place = verb.place, .text = {}, .action = Wait{}, .refusal = {}};
    const bool refused = arrow != words.end();
    if (refused)
        command.refusal =
            read_refusal(Line(words.subspan(std::size_t(arrow - words.begin()) + 1), end, {}));
    Line line(words.subspan(1, std::size_t(arrow - words.begin()) - 1),
              refused ? arrow->place : end, form->form);
    Context context{line, names, refused, first};
    command.action = form->read(context);
    line.done();
    return command;
}

} // namespace

std::expected<Script, Problem> Script::parse(std::string_view bytes) {
    Script script;
    Names names;
    unsigned number = 0;
    if (constexpr std::string_view mark = "\xEF\xBB\xBF"; bytes.starts_with(mark))
        bytes.remove_prefix(mark.size());
    for (std::size_t begin = 0; begin < bytes.size();) {
        ++number;
        const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
        std::string_view text = bytes.substr(begin, end - begin);
        begin = end + 1;
        if (text.ends_with('\r'))
            text.remove_suffix(1);
        const auto words = split_words(text, number);
        if (!words)
            return std::unexpected(words.error());
        if (words->empty())
            continue;
        try {
            const Place line_end{number, static_cast<unsigned>(text.size() + 1)};
            const bool first = script.commands.empty() ||
                               std::holds_alternative<LoadDriver>(script.commands.back().action);
            Command command = read_command(*words, line_end, names, first);
            for (const Word &word : *words)
                command.text += (command.text.empty() ? "" : " ") +
                                (word.quoted ? "\"" + word.text + "\"" : word.text);
            script.commands.push_back(std::move(command));
        } catch (Problem &problem) {
            return std::unexpected(std::move(problem));
        }
    }
    if (script.commands.empty())
        return std::unexpected(Problem{{1, 1}, "it has no command"});
    try {
        names.expect_written();
    } catch (Problem &problem) {
        return std::unexpected(std::move(problem));
    }
    return script;
}

std::vector<Usage> usages() {
    std::vector<Usage> list;
    for (const Form &form : forms)
        list.push_back({form.form, form.meaning});
    return list;
}

} // namespace ksbox::drive
