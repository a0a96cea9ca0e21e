#include "build/solution.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "base/result.h"
#include "build/text.h"
#include "build/windows_path.h"

namespace ksbox::build {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view folder_kind = "{2150E333-8FDC-42A3-9474-1A3956D46DE8}";
constexpr unsigned deepest_dependency = 200;

std::string upper_case(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
    return result;
}

/// What stands between quotation marks: Project("{kind}") = "name", "path", "{guid}".
std::vector<std::string> quoted(std::string_view line) {
    std::vector<std::string> parts;
    while (true) {
        const std::size_t open = line.find('"');
        if (open == std::string_view::npos)
            return parts;
        const std::size_t close = line.find('"', open + 1);
        if (close == std::string_view::npos)
            return parts;
        parts.emplace_back(line.substr(open + 1, close - open - 1));
        line.remove_prefix(close + 1);
    }
}

class SolutionReader {
  public:
    SolutionReader(const Files &files, const fs::path &file,
                   const std::optional<std::string> &configuration, const std::string &platform)
        : files_(files), file_(file), wanted_(configuration), platform_(platform) {}

    std::expected<Solution, Message> read() {
        const auto bytes = files_.read(file_);
        if (!bytes)
            return refuse(0, bytes.error());
        const std::string text = decoded(*bytes);
        if (text.find("Microsoft Visual Studio Solution File") == std::string::npos)
            return refuse(1, "is no solution: its first line is another");
        std::string_view rest = text;
        for (unsigned line = 1; !rest.empty(); ++line) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            KS_CHECK(take(trimmed(rest.substr(0, end)), line));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        if (inside_)
            return refuse(opened_, "Project has no EndProject");
        Solution solution;
        solution.configuration = KS_TRY(choose());
        configure(solution.configuration + "|" + platform_);
        solution.projects = KS_TRY(ordered());
        return solution;
    }

  private:
    std::unexpected<Message> refuse(unsigned line, std::string text) const {
        return std::unexpected(Message{{file_, line}, std::move(text)});
    }

    std::expected<void, Message> take(std::string_view line, unsigned number) {
        if (line.starts_with("Project("))
            return begin(line, number);
        if (line == "EndProject") {
            inside_ = false;
        } else if (line.starts_with("ProjectSection(") || line.starts_with("GlobalSection(")) {
            const std::size_t open = line.find('(') + 1;
            section_ = line.substr(open, line.find(')') - open);
        } else if (line == "EndProjectSection" || line == "EndGlobalSection") {
            section_.clear();
        } else if (const std::size_t equals = line.find('='); equals != std::string_view::npos) {
            const std::string_view left = trimmed(line.substr(0, equals));
            if (inside_ && section_ == "ProjectDependencies" && kept_)
                projects_.back().depends_on.push_back(upper_case(left));
            else if (section_ == "SolutionConfigurationPlatforms")
                configurations_.emplace_back(left);
            else if (section_ == "ProjectConfigurationPlatforms")
                settings_.push_back(
                    {std::string(left), std::string(trimmed(line.substr(equals + 1)))});
        }
        return {};
    }

    std::expected<void, Message> begin(std::string_view line, unsigned number) {
        if (inside_)
            return refuse(opened_, "Project has no EndProject");
        const auto parts = quoted(line);
        if (parts.size() != 4)
            return refuse(number, "Project needs a kind, a name, a path and a GUID");
        inside_ = true;
        opened_ = number;
        kept_ = !same_text(parts[0], folder_kind);
        if (kept_) {
            SolutionProject project;
            project.name = parts[1];
            project.file = find_path(files_, file_.parent_path(), parts[2]);
            project.guid = upper_case(parts[3]);
            project.line = number;
            projects_.push_back(std::move(project));
        }
        return {};
    }

    std::expected<std::string, Message> choose() const {
        const std::string usual = wanted_.value_or("Debug");
        const auto is_usual = [&](const std::string &pair) {
            return same_text(pair, usual + "|" + platform_);
        };
        if (configurations_.empty() || std::ranges::any_of(configurations_, is_usual))
            return usual;
        std::string list;
        for (const std::string &pair : configurations_) {
            const std::size_t bar = std::min(pair.find('|'), pair.size());
            if (!wanted_ && same_text(pair.substr(std::min(bar + 1, pair.size())), platform_))
                return pair.substr(0, bar);
            list += (list.empty() ? "" : ", ") + pair;
        }
        return refuse(0, "has no configuration " + usual + "|" + platform_ + "; it has " + list);
    }

    /// {guid}.Debug|x64.ActiveCfg = Debug|x64
    void configure(const std::string &pair) {
        for (const auto &[left, right] : settings_) {
            const std::size_t dot = left.find('.');
            if (dot == std::string::npos)
                continue;
            const std::string guid = upper_case(left.substr(0, dot));
            const std::string_view setting = std::string_view(left).substr(dot + 1);
            listed_.insert(guid);
            if (same_text(setting, pair + ".ActiveCfg"))
                active_[guid] = right;
            else if (same_text(setting, pair + ".Build.0"))
                built_.insert(guid);
        }
    }

    std::expected<std::vector<SolutionProject>, Message> ordered() {
        for (SolutionProject &project : projects_) {
            project.built = !listed_.contains(project.guid) || built_.contains(project.guid);
            if (const auto pair = active_.find(project.guid); pair != active_.end()) {
                const std::size_t bar = pair->second.find('|');
                project.configuration = pair->second.substr(0, bar);
                if (bar != std::string::npos)
                    project.platform = pair->second.substr(bar + 1);
            }
        }
        std::vector<SolutionProject> result;
        std::map<std::string, int> states; // 1: being looked at, 2: in its place
        std::function<std::expected<void, Message>(const SolutionProject &, unsigned)> place =
            [&](const SolutionProject &project, unsigned depth) -> std::expected<void, Message> {
            if (states[project.guid] == 2)
                return {};
            if (states[project.guid] == 1 || depth > deepest_dependency)
                return refuse(project.line, project.name + " depends on itself");
            states[project.guid] = 1;
            for (const std::string &guid : project.depends_on)
                if (const auto other = std::ranges::find(projects_, guid, &SolutionProject::guid);
                    other != projects_.end())
                    KS_CHECK(place(*other, depth + 1));
            states[project.guid] = 2;
            result.push_back(project);
            return {};
        };
        for (const SolutionProject &project : projects_)
            KS_CHECK(place(project, 0));
        return result;
    }

    const Files &files_;
    fs::path file_;
    const std::optional<std::string> wanted_;
    const std::string platform_;
    std::string section_;
    bool inside_ = false, kept_ = false;
    unsigned opened_ = 0;
    std::vector<SolutionProject> projects_;
    std::vector<std::string> configurations_;                   ///< "Debug|x64"
    std::vector<std::pair<std::string, std::string>> settings_; ///< "{guid}.Debug|x64.Build.0"
    std::map<std::string, std::string> active_;
    std::set<std::string> built_, listed_;
};

} // namespace

std::expected<Solution, Message> read_solution(const Files &files, const fs::path &file,
                                               const std::optional<std::string> &configuration,
                                               const std::string &platform) {
    return SolutionReader(files, file, configuration, platform).read();
}

} // namespace ksbox::build
