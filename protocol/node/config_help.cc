#include <algorithm>

#include "protocol/node/config.h"
#include "protocol/node/flat_toml.h"

namespace longwire {
namespace {

std::string shown(const SettingSlot& slot, const std::vector<std::string>& values) {
    if (slot.setting.secret) return values == std::vector<std::string>{""} ? "" : "***";
    std::string text;
    for (const std::string& value : values) text += (text.empty() ? "" : ",") + value;
    return text;
}

std::string usage_of_words(const std::string& name, std::size_t least, std::size_t most) {
    if (most == 0) return "";
    if (name.find(' ') != std::string::npos) return " " + name;  // several words, named one by one
    std::string text = least > 0 ? " " + name : " [" + name + "]";
    return most > 1 ? text + "..." : text;
}

void append_setting(const SettingSlot& slot, std::string& out) {
    constexpr std::size_t kColumn = 32;
    const Setting& setting = slot.setting;
    std::string line = "  ";
    line += setting.letter != 0 ? std::string("-") + setting.letter + ", " : "    ";
    line += flag_of(setting);
    if (slot.shape != SettingShape::toggle) {
        line += " " + (setting.value_name.empty() ? std::string("VALUE") : setting.value_name);
    }
    line += line.size() < kColumn ? std::string(kColumn - line.size(), ' ') : "\n" + std::string(kColumn, ' ');
    line += setting.help;
    if (!slot.accepted.empty()) line += " (" + slot.accepted + ")";
    out += line + "\n";

    std::string more;
    const std::string initial = shown(slot, slot.initial);
    if (!initial.empty() && setting.reach != Reach::flag) more += "default " + initial;
    if (!initial.empty() && setting.reach == Reach::flag && slot.shape != SettingShape::toggle) {
        more += "default " + initial;
    }
    if (setting.reach != Reach::flag) more += (more.empty() ? "" : " · ") + variable_of(setting);
    if (setting.reach == Reach::everywhere) more += " · " + key_of(setting);
    if (!more.empty()) out += std::string(kColumn, ' ') + more + "\n";
}

}  // namespace

std::string Config::help() const {
    std::string out = about_ + "\n\nusage: " + program_;
    out += usage_of_words(words_.name, words_.least, words_.most) + " [flags]\n\n";
    const auto is_common = [](const SettingSlot& slot) {
        const std::string& name = slot.setting.name;
        return name == "config" || name == "check-config" || name == "print-config" || name == "help" ||
               name == "version";
    };
    for (const SettingSlot& slot : slots_) {
        if (!is_common(slot)) append_setting(slot, out);
    }
    for (const SettingSlot& slot : slots_) {
        if (is_common(slot)) append_setting(slot, out);
    }
    if (with_file_) {
        out += "\nA flag is stronger than a LONGWIRE_ variable, a variable stronger than a key of the file.\n";
    }
    return out;
}

std::string Config::print() const {
    std::string out;
    for (const SettingSlot& slot : slots_) {
        if (slot.setting.reach != Reach::everywhere) continue;
        out += "# " + slot.setting.help + "\n";
        const std::vector<std::string> values = slot.show();
        if (slot.setting.secret) {
            out += "# " + key_of(slot.setting) + " is a secret\n";
        } else if (slot.shape == SettingShape::list) {
            out += key_of(slot.setting) + " = [";
            for (std::size_t i = 0; i < values.size(); ++i) out += (i > 0 ? ", " : "") + toml_string(values[i]);
            out += "]\n";
        } else {
            out += key_of(slot.setting) + " = " + (slot.quoted ? toml_string(values[0]) : values[0]) + "\n";
        }
    }
    return out;
}

}  // namespace longwire
