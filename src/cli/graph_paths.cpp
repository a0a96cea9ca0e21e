#include "cli/graph_paths.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/graph_words.h"

namespace ksbox::cli {

namespace {

class PathSearch {
  public:
    PathSearch(const FilterFacts &facts, std::size_t most) : facts_(facts), most_(most) {}

    std::vector<FilterPath> find() {
        for (const PinFacts &pin : facts_.pins) {
            path_ = {pin.id, 0, {}};
            follow(-1, pin.id);
        }
        if (paths_.size() > most_)
            paths_.clear();
        return std::move(paths_);
    }

  private:
    void follow(std::int64_t node, std::uint32_t pin) {
        for (const ConnectionFacts &one : facts_.connections) {
            if (paths_.size() > most_)
                return;
            if (one.from_node != node || (node < 0 && one.from_pin != pin))
                continue;
            if (one.to_node < 0) {
                path_.out = one.to_pin;
                if (std::ranges::find(paths_, path_) == paths_.end())
                    paths_.push_back(path_);
            } else {
                enter(one.to_node);
            }
        }
    }
    // Connections that KS makes up for a filter without any lead to nodes that are not.
    void enter(std::int64_t node) {
        const auto id = static_cast<std::uint32_t>(node);
        if (id >= facts_.nodes.size() || std::ranges::find(path_.nodes, id) != path_.nodes.end())
            return;
        path_.nodes.push_back(id);
        follow(node, 0);
        path_.nodes.pop_back();
    }

    const FilterFacts &facts_;
    const std::size_t most_;
    FilterPath path_;
    std::vector<FilterPath> paths_;
};

} // namespace

std::string node_name(const NodeFacts &node) {
    const std::string type = plain_name(node.type, "KSNODETYPE_");
    return !type.empty()        ? type
           : !node.name.empty() ? node.name
                                : "node " + std::to_string(node.id);
}

std::string way_text(const FilterPath &path, const FilterFacts &facts, bool in_shown,
                     bool out_shown) {
    std::string text = in_shown ? fmt::format("from {}", path.in) : std::string();
    for (const std::uint32_t node : path.nodes)
        text += (text.empty() ? "" : " → ") + node_name(facts.nodes[node]);
    if (text.empty())
        text = "→";
    return out_shown ? text + fmt::format(" → {}", path.out) : text;
}

std::vector<FilterPath> paths_of(const FilterFacts &facts, std::size_t most) {
    return PathSearch(facts, most).find();
}

} // namespace ksbox::cli
