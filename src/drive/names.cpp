#include "drive/names.h"

#include <utility>

namespace ksbox::drive {

std::string Names::list() const {
    std::string text;
    for (const auto &[name, entry] : names_)
        if (entry.open)
            text += (text.empty() ? "" : ", ") + name;
    return text.empty() ? "nothing is open" : "open are " + text;
}

const Names::Entry &Names::entry(const Line &line, const Word &name, bool also_closed) const {
    const auto found = names_.find(name.text);
    if (found == names_.end())
        line.refuse(name.place, "nothing is called '" + name.text + "'; " + list());
    if (!found->second.open && !also_closed)
        line.refuse(name.place, "'" + name.text + "' is closed; " + list());
    return found->second;
}

void Names::give(const Line &line, const Word &name, Kind kind, bool tentative) {
    const auto found = names_.find(name.text);
    if (found != names_.end() && found->second.open)
        line.refuse(name.place, "'" + name.text + "' is the name of something already");
    if (!tentative)
        names_[name.text] = {.kind = kind};
}

void Names::expect(const Line &line, const Word &name, Kind kind) const {
    if (entry(line, name).kind != kind)
        line.refuse(name.place,
                    "'" + name.text + "' is a " +
                        (kind == Kind::pin ? "filter, not a pin" : "pin, not a filter"));
}

Names::Kind Names::kind(const Line &line, const Word &name) const {
    return entry(line, name).kind;
}

void Names::close(const Line &line, const Word &name) {
    const Entry &known = entry(line, name);
    if (known.file)
        line.refuse(name.place, "'" + name.text + "' still records to " + known.file->text +
                                    ", which is written when it is finished: finish it first");
    Entry &closed = names_[name.text];
    closed.open = false;
    closed.cut = std::exchange(closed.streams, false);
}

void Names::start(const Line &line, const Word &pin, Stream stream, bool tentative) {
    expect(line, pin, Kind::pin);
    if (entry(line, pin).streams)
        line.refuse(pin.place, "'" + pin.text + "' streams already: finish it first");
    if (tentative)
        return;
    names_[pin.text].streams = true;
    names_[pin.text].last = stream;
}

void Names::write_at_finish(const Word &pin, const Word &file) {
    names_[pin.text].file = file;
}

void Names::expect_written() const {
    for (const auto &[name, entry] : names_)
        if (entry.file)
            throw Problem{entry.file->place, entry.file->text +
                                                 " is never written: there is no "
                                                 "'finish " +
                                                 name + "' behind it"};
}

void Names::finish(const Line &line, const Word &pin) {
    expect(line, pin, Kind::pin);
    if (!entry(line, pin).streams)
        line.refuse(pin.place, "'" + pin.text + "' neither plays nor records");
    names_[pin.text].streams = false;
    names_[pin.text].file.reset();
}

void Names::expect_finished(const Line &line, const Word &pin, Stream stream) const {
    const Entry &known = entry(line, pin, true);
    const char *verb = stream == Stream::plays ? "played" : "recorded";
    if (known.last != stream)
        line.refuse(pin.place, "'" + pin.text + "' has not " + verb + " anything");
    if (known.streams)
        line.refuse(pin.place, "'" + pin.text + "' still streams: finish it first");
    if (known.cut && stream == Stream::records)
        line.refuse(pin.place, "'" + pin.text + "' was closed before its recording was finished");
}

} // namespace ksbox::drive
