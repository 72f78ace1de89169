// Reads files, or all files below folders, in chunks of several sizes at every level and with a
// filter, as payers' and as hospitals' files: a run under sanitizers. Each file must be taken or refused alike however it comes.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "once.hpp"

int main(int count, char **words) {
    namespace fs = std::filesystem;
    std::vector<fs::path> files;
    for (int i = 1; i < count; ++i) {
        if (!fs::is_directory(words[i])) {
            files.emplace_back(words[i]);
            continue;
        }
        for (const auto &entry : fs::recursive_directory_iterator(words[i]))
            if (entry.is_regular_file()) files.push_back(entry.path());
    }
    size_t refused = 0;
    for (const fs::path &path : files) {
        std::ifstream in(path, std::ios::binary);
        const std::string data{std::istreambuf_iterator<char>(in), {}};
        // Wrapped as well, so that any JSON is read as part of a price file.
        const std::string wrapped = "{\"in_network\":[],\"standard_charge_information\":[],\"x\":" +
                                    data + "}";
        for (const auto read : {tic::once, tic::once_hospital}) {
            for (const std::string &whole : {data, wrapped}) {
                const std::string said = read(whole, 1 << 20, "plain", false);
                if (said.find('@') != said.npos) ++refused;
                for (const char *level : {"plain", ""}) {
                    for (const size_t size :
                         {size_t{1}, size_t{61}, size_t{4096}, size_t{1} << 20}) {
                        if (size < 61 && whole.size() > (1 << 16)) continue;
                        if (read(whole, size, level, false) != said) {
                            std::fprintf(stderr, "%s: %zu bytes a chunk say otherwise\n",
                                         path.c_str(), size);
                            return 1;
                        }
                        read(whole, size, level, true);
                    }
                }
            }
        }
    }
    std::printf("%zu files, %zu of %zu readings refused\n", files.size(), refused, 4 * files.size());
    return files.empty();
}
