// The page's files, compiled in: embed_assets.cmake makes assets.cc of the folder assets/.

#ifndef LINEDB_TOOLS_DBTOOL_UI_ASSETS_H_
#define LINEDB_TOOLS_DBTOOL_UI_ASSETS_H_

#include <span>
#include <string_view>

namespace linedb::dbtool {

struct Asset {
  std::string_view name;  // "app.js"
  std::string_view text;
};

std::span<const Asset> Assets();
// Null if there is none of that name.
const Asset* FindAsset(std::string_view name);
// "text/javascript; charset=utf-8", by the end of the name.
std::string_view AssetType(std::string_view name);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_UI_ASSETS_H_
