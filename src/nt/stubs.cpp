// Known names without an implementation; see stubs.h.
#include "nt/stubs.h"

#include <deque>
#include <string>

namespace ksbox {
namespace {

struct NamesOfHeader {
    std::string_view header;
    std::string_view names; ///< each followed by a space
};

constexpr NamesOfHeader known[] = {
#include "nt/stub_names.inc"
};

struct Text {
    std::string name;
    std::string page;
};

/// The strings that the tables point into: made once, never changed.
const std::deque<Text> &texts() {
    static const std::deque<Text> all = [] {
        std::deque<Text> made;
        for (const NamesOfHeader &of : known) {
            for (std::string_view rest = of.names; !rest.empty();) {
                const std::size_t end = rest.find(' ');
                std::string name(rest.substr(0, end));
                rest.remove_prefix(end + 1);
                std::string page;
                if (!of.header.empty())
                    page = "NF:" + std::string(of.header) + "." + name;
                made.push_back({std::move(name), std::move(page)});
            }
        }
        return made;
    }();
    return all;
}

} // namespace

std::vector<Export> stubs_besides(const std::set<std::string_view> &implemented) {
    std::vector<Export> stubs;
    for (const Text &text : texts())
        if (!implemented.contains(text.name))
            stubs.push_back(stub(text.name.c_str(), text.page.c_str()));
    return stubs;
}

} // namespace ksbox
