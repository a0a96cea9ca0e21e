// A graph in Graphviz' language. A filter is a table: a row for each way through it, the pin where
// data come in on the left, the one where they go out on the right. What is open of a filter is a
// box each; of one that is not open its pin factories are shown, with what they take.
#include "cli/graph_report.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/graph_markup.h"
#include "cli/graph_paths.h"
#include "cli/graph_words.h"
#include "cli/inspect.h"
#include "cli/session.h"

namespace ksbox::cli {

namespace {

constexpr std::size_t most_paths = 12;
constexpr std::size_t most_ranges = 3;

// One rectangle at a side of a box: a pin, or a pin factory of which none is open.
struct Cell {
    std::string port, text;
    std::uint32_t factory = 0;
    bool in = true;
    std::optional<PinState> state;
};

class Drawing {
  public:
    explicit Drawing(const GraphFacts &graph) : graph_(graph) {}
    std::string make();

  private:
    using Opens = std::vector<std::size_t>; ///< open filters that are drawn as one
    void boxes(std::size_t filter);
    void box(std::size_t filter, const Opens &opens);
    std::vector<Cell> cells_of(const GraphFilter &filter, std::size_t index, const Opens &opens);
    Cell factory_cell(std::size_t filter, const PinFacts &pin);
    Cell open_cell(std::size_t pin, const PinFacts *factory, bool only);
    std::vector<std::string> names_of(std::size_t filter, const PinFacts &pin) const;
    std::string rows_of(const GraphFilter &filter, const std::vector<Cell> &cells) const;
    std::string title_of(const GraphFilter &filter, const Opens &opens) const;
    void link(std::size_t index);
    void wire(const GraphWire &wire);
    std::string end_of(const GraphPin &pin) const;
    bool is_linked(std::size_t pin) const;
    std::string legend() const;

    const GraphFacts &graph_;
    std::string text_;
    std::map<std::pair<std::size_t, std::uint32_t>, std::string> ends_; ///< of pin factories
    std::map<std::size_t, std::string> pin_ends_;                       ///< of open pins
    std::set<PinState> states_;
    std::set<Carrier> carriers_;
};

bool Drawing::is_linked(std::size_t pin) const {
    return std::ranges::any_of(
        graph_.links, [&](const GraphLink &link) { return link.from == pin || link.to == pin; });
}

// A wire leads on from it, and nobody streams through it: PortCls drivers say NONE of theirs.
bool is_bridge(const PinFacts &pin) {
    return pin.communication == Communication::bridge || pin.communication == Communication::none;
}

// What it is called, and what is behind it.
std::vector<std::string> Drawing::names_of(std::size_t filter, const PinFacts &pin) const {
    std::string name = pin.name;
    if (name.empty() && pin.category)
        name = plain_name(*pin.category, "PINNAME_");
    std::vector<std::string> lines{name};
    if (!is_bridge(pin))
        return lines;
    const auto endpoint =
        std::ranges::find(graph_.endpoints, GraphPin{filter, pin.id}, &GraphEndpoint::pin);
    if (endpoint == graph_.endpoints.end()) {
        lines.push_back("bridge");
        return lines;
    }
    lines.front() = endpoint->facts.name;
    for (const JackFacts &jack : endpoint->jacks)
        lines.push_back(fmt::format("{}{}",
                                    jack_connection(jack).empty() ? "jack" : jack_connection(jack),
                                    jack.connected ? ", plugged in" : ", unplugged"));
    if (endpoint->jacks.empty())
        lines.push_back("endpoint");
    return lines;
}

std::string cell_text(const std::string &number, const std::vector<std::string> &lines,
                      const std::string &behind = {}) {
    std::string text = painted("<B>" + number + "</B>", ink);
    if (!lines.front().empty())
        text += "&#160; " + painted(escaped(lines.front()), ink);
    text += behind + "&#160;"; // fonts differ: room for letters that are wider elsewhere
    for (std::size_t i = 1; i < lines.size(); ++i)
        text += "<BR/>" + small(lines[i]);
    return text;
}

Cell Drawing::factory_cell(std::size_t filter, const PinFacts &pin) {
    std::vector<std::string> lines = names_of(filter, pin);
    std::vector<std::string> ranges;
    if (!is_bridge(pin))
        for (const DataRange &range : pin.ranges)
            if (const std::string words = short_text(range);
                std::ranges::find(ranges, words) == ranges.end())
                ranges.push_back(words);
    for (std::size_t i = 0; i < std::min(ranges.size(), most_ranges); ++i)
        lines.push_back(ranges[i]);
    if (ranges.size() > most_ranges)
        lines.push_back(fmt::format("and {} more", ranges.size() - most_ranges));
    if (pin.instances.possible < 0)
        lines.push_back("any number of pins");
    else if (pin.instances.possible > 1)
        lines.push_back(fmt::format("up to {} pins", pin.instances.possible));
    return {.port = fmt::format("p{}", pin.id),
            .text = cell_text(std::to_string(pin.id), lines),
            .factory = pin.id,
            .in = pin.data_flow == DataFlow::in,
            .state = {}};
}

Cell Drawing::open_cell(std::size_t index, const PinFacts *factory, bool only) {
    const OpenPin &pin = graph_.open_pins[index];
    states_.insert(pin.state);
    std::vector<std::string> lines{""};
    if (factory != nullptr)
        lines = names_of(graph_.open_filters[pin.filter].filter, *factory);
    if (!is_linked(index))
        lines.push_back(short_text(pin.format) + ", not connected");
    if (pin.asked != pin.state)
        lines.push_back(fmt::format("asked for {}", state_word(pin.asked)));
    if (pin.frames != 0)
        lines.push_back(fmt::format("{} frame{} queued", pin.frames, pin.frames == 1 ? "" : "s"));
    // Of several pins of a factory, each has its number: the last part of its name.
    const std::string number =
        only ? std::to_string(pin.id) : pin.name.substr(pin.name.rfind('/') + 1);
    return {.port = fmt::format("o{}", index),
            .text = cell_text(number, lines, "&#160; " + state_text(pin.state)),
            .factory = pin.id,
            .in = pin.data_flow == DataFlow::in,
            .state = pin.state};
}

std::vector<Cell> Drawing::cells_of(const GraphFilter &filter, std::size_t index,
                                    const Opens &opens) {
    std::map<std::uint32_t, std::vector<std::size_t>> open; // by pin factory
    for (std::size_t pin = 0; pin < graph_.open_pins.size(); ++pin)
        if (std::ranges::find(opens, graph_.open_pins[pin].filter) != opens.end())
            open[graph_.open_pins[pin].id].push_back(pin);
    std::vector<Cell> cells;
    const auto show_open = [&](const std::vector<std::size_t> &pins, const PinFacts *factory) {
        for (const std::size_t pin : pins)
            cells.push_back(open_cell(pin, factory, pins.size() == 1));
    };
    for (const PinFacts &pin : filter.facts.pins) {
        const auto found = open.extract(pin.id);
        if (found.empty())
            cells.push_back(factory_cell(index, pin));
        else
            show_open(found.mapped(), &pin);
    }
    // Of a filter that could not be asked, or that describes itself differently later.
    for (const auto &[id, pins] : open)
        show_open(pins, nullptr);
    return cells;
}

std::string cell_of(const Cell *cell) {
    if (cell == nullptr)
        return "<TD></TD>";
    const Colours colours = cell->state ? colours_of(*cell->state) : Colours{light, "#ffffff"};
    return fmt::format("<TD PORT=\"{}\" BORDER=\"1\" COLOR=\"{}\" BGCOLOR=\"{}\" ALIGN=\"LEFT\" "
                       "BALIGN=\"LEFT\">{}</TD>",
                       cell->port, colours.line, colours.fill, cell->text);
}

std::string Drawing::rows_of(const GraphFilter &filter, const std::vector<Cell> &cells) const {
    std::string rows;
    std::vector<bool> placed(cells.size());
    const auto side = [&](bool in, std::optional<std::uint32_t> factory) {
        std::vector<const Cell *> found;
        for (std::size_t i = 0; i < cells.size(); ++i)
            if (cells[i].in == in && (!factory || cells[i].factory == *factory) && !placed[i]) {
                placed[i] = true;
                found.push_back(&cells[i]);
            }
        return found;
    };
    const auto add = [&](const std::vector<const Cell *> &left, const std::string &way,
                         const std::vector<const Cell *> &right) {
        const std::size_t count = std::max({left.size(), right.size(), std::size_t(!way.empty())});
        for (std::size_t i = 0; i < count; ++i) {
            const std::string middle =
                i == 0 && !way.empty() ? painted(escaped(way), ink, 9) : std::string();
            rows += fmt::format("<TR>{}<TD>{}</TD>{}</TR>",
                                cell_of(i < left.size() ? left[i] : nullptr), middle,
                                cell_of(i < right.size() ? right[i] : nullptr));
        }
    };
    const std::vector<FilterPath> paths = paths_of(filter.facts, most_paths);
    for (const FilterPath &path : paths) {
        const auto left = side(true, path.in), right = side(false, path.out);
        add(left, way_text(path, filter.facts, left.empty(), right.empty()), right);
    }
    std::string nodes;
    if (paths.empty() && !filter.facts.nodes.empty()) {
        std::map<std::string, int> counts;
        for (const NodeFacts &node : filter.facts.nodes)
            ++counts[node_name(node)];
        for (const auto &[name, count] : counts)
            nodes += (nodes.empty() ? "" : ", ") + name +
                     (count == 1 ? std::string() : fmt::format(" ({})", count));
    }
    add(side(true, {}), nodes, side(false, {}));
    return rows;
}

std::string Drawing::title_of(const GraphFilter &filter, const Opens &opens) const {
    std::string label = filter_label(filter.interface);
    if (label.empty())
        label = filter.driver;
    std::string below = filter.driver;
    if (filter.interface.path.empty())
        below += ", its device is gone";
    std::set<std::string> owners;
    for (const std::size_t open : opens)
        if (!graph_.open_filters[open].owner.empty())
            owners.insert(graph_.open_filters[open].owner);
    if (!owners.empty())
        below += fmt::format(", opened by {}", fmt::join(owners, ", "));
    std::string categories;
    for (const Guid &category : filter.facts.categories)
        if (const std::string name = plain_name(category, "KSCATEGORY_"); !name.empty())
            categories += (categories.empty() ? "" : ", ") + name;
    std::string text =
        fmt::format("<FONT POINT-SIZE=\"13\" COLOR=\"{}\"><B>{}</B></FONT>", ink, escaped(label));
    text += "<BR/>" + painted(escaped(below), faint, 9);
    if (!categories.empty())
        text += "<BR/>" + small(categories);
    return text;
}

void Drawing::box(std::size_t index, const Opens &opens) {
    const GraphFilter &filter = graph_.filters[index];
    const std::string id =
        opens.empty() ? fmt::format("filter{}", index) : fmt::format("open{}", opens.front());
    const std::vector<Cell> cells = cells_of(filter, index, opens);
    for (const Cell &cell : cells) {
        const std::string end = fmt::format("{}:{}:{}", id, cell.port, cell.in ? "w" : "e");
        ends_.try_emplace({index, cell.factory}, end);
        if (cell.state)
            pin_ends_[std::stoul(cell.port.substr(1))] = end;
    }
    text_ += fmt::format("  {} [label=<<TABLE STYLE=\"ROUNDED\" BORDER=\"1\" COLOR=\"{}\" "
                         "BGCOLOR=\"{}\" CELLBORDER=\"0\" CELLSPACING=\"6\" CELLPADDING=\"4\">"
                         "<TR><TD COLSPAN=\"3\">{}</TD></TR>{}</TABLE>>];\n",
                         id, opens.empty() ? light : frame, paper, title_of(filter, opens),
                         rows_of(filter, cells));
}

// Each that is open is a graph's part of its own, unless the filter is a device's with wires: these
// are there once.
void Drawing::boxes(std::size_t filter) {
    Opens opens;
    for (std::size_t open = 0; open < graph_.open_filters.size(); ++open)
        if (graph_.open_filters[open].filter == filter)
            opens.push_back(open);
    const bool wired = std::ranges::any_of(graph_.wires, [&](const GraphWire &wire) {
        return wire.from.filter == filter || wire.to.filter == filter;
    });
    if (opens.empty() || wired) {
        box(filter, opens);
        return;
    }
    for (const std::size_t open : opens)
        box(filter, {open});
}

void Drawing::link(std::size_t index) {
    const GraphLink &link = graph_.links[index];
    carriers_.insert(link.carrier);
    std::string ends[2];
    for (const bool to : {false, true}) {
        const auto &pin = to ? link.to : link.from;
        std::string &end = ends[to ? 1 : 0];
        if (pin) {
            end = pin_ends_.at(*pin);
        } else if (link.outside_pin) {
            end = end_of(*link.outside_pin);
        }
        if (!end.empty())
            continue;
        end = fmt::format("outside{}", index);
        text_ += fmt::format("  {} [shape=box style=\"rounded\" color=\"{}\" margin=\"0.12,0.06\" "
                             "label=<{}>];\n",
                             end, frame, painted(escaped(link.outside), ink));
    }
    const OpenPin &pin = graph_.open_pins[link.from ? *link.from : *link.to];
    PinState state = pin.state;
    std::string states = state_text(state);
    if (link.from && link.to)
        if (const PinState other = graph_.open_pins[*link.to].state; other != state) {
            states += " → " + state_text(other);
            state = std::min(state, other);
        }
    text_ += fmt::format("  {} -> {} [{} label=<{}>];\n", ends[0], ends[1],
                         style_of(link.carrier, colours_of(state).line),
                         painted(escaped(short_text(pin.format)) + " · ", ink) + states);
}

std::string Drawing::end_of(const GraphPin &pin) const {
    const auto found = ends_.find({pin.filter, pin.id});
    return found == ends_.end() ? std::string() : found->second;
}

void Drawing::wire(const GraphWire &wire) {
    const std::string from = end_of(wire.from), to = end_of(wire.to);
    if (!from.empty() && !to.empty())
        text_ += fmt::format("  {} -> {} [style=dotted color=\"{}\"];\n", from, to, frame);
}

// What is in the drawing, and no more.
std::string Drawing::legend() const {
    std::string entries;
    const auto entry = [&](const std::string &sign, const char *meaning) {
        entries += fmt::format("<TD>{}</TD><TD ALIGN=\"LEFT\">{}&#160; &#160; &#160;</TD>", sign,
                               painted(meaning, ink));
    };
    for (const PinState state : states_) {
        const bool last = state == *states_.rbegin();
        entries += fmt::format("<TD BORDER=\"1\" COLOR=\"{}\" BGCOLOR=\"{}\">{}</TD>{}",
                               colours_of(state).line, colours_of(state).fill, state_text(state),
                               last ? "<TD ALIGN=\"LEFT\">" + painted("state of a pin", ink) +
                                          "&#160; &#160; &#160;</TD>"
                                    : "<TD></TD>");
    }
    if (carriers_.contains(Carrier::pipe))
        entry("<B>——</B>", "pipe, without IRPs");
    if (carriers_.contains(Carrier::irps))
        entry("<B>– – –</B>", "by IRPs");
    if (carriers_.contains(Carrier::own))
        entry("<B>═══</B>", "the driver's own way, as a cyclic buffer");
    if (!graph_.wires.empty())
        entry("<B>· · · ·</B>", "physical connection");
    if (entries.empty())
        return {};
    return fmt::format("<<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"2\" CELLPADDING=\"3\">"
                       "<TR>{}</TR></TABLE>>",
                       entries);
}

std::string Drawing::make() {
    for (std::size_t filter = 0; filter < graph_.filters.size(); ++filter)
        boxes(filter);
    for (std::size_t index = 0; index < graph_.links.size(); ++index)
        link(index);
    for (const GraphWire &one : graph_.wires)
        wire(one);
    const std::string signs = legend();
    constexpr const char *font = "fontname=\"Helvetica,Arial,sans-serif\"";
    return fmt::format("digraph ksbox {{\n"
                       "  graph [rankdir=LR bgcolor=white nodesep=0.4 ranksep=0.35 pad=0.2 "
                       "{} fontsize=9{}];\n"
                       "  node [shape=plain {} fontsize=10];\n"
                       "  edge [{} fontsize=9 arrowsize=0.7 penwidth=1.3];\n",
                       font, signs.empty() ? "" : " labelloc=b labeljust=l label=" + signs, font,
                       font) +
           text_ + "}\n";
}

} // namespace

std::string to_dot(const GraphFacts &graph) {
    return Drawing(graph).make();
}

} // namespace ksbox::cli
