// The program of guide/store.md that shows references: tables that belong together, changed
// together.

#include <iostream>

#include "linedb/database.h"
#include "linedb/references.h"

struct Artist {
  std::int64_t id = 0;
  std::string name = {};
};

struct Album {
  std::int64_t id = 0;
  std::string title = {};
  std::int64_t artist_id = 0;
};

struct Track {
  std::int64_t id = 0;
  std::string name = {};
  std::int64_t album_id = 0;
};

template <>
struct linedb::Describe<Artist> {
  static constexpr auto kTable = linedb::DescribeTable<"artist">(
      linedb::Field<"id", &Artist::id>().AssignedKey(), linedb::Field<"name", &Artist::name>());
};

template <>
struct linedb::Describe<Album> {
  static constexpr auto kTable = linedb::DescribeTable<"album">(
      linedb::Field<"id", &Album::id>().AssignedKey(), linedb::Field<"title", &Album::title>(),
      linedb::Field<"artist_id", &Album::artist_id>().References("artist"));
};

template <>
struct linedb::Describe<Track> {
  static constexpr auto kTable = linedb::DescribeTable<"track">(
      linedb::Field<"id", &Track::id>().AssignedKey(), linedb::Field<"name", &Track::name>(),
      linedb::Field<"album_id", &Track::album_id>().References("album",
                                                               linedb::OnDelete::kCascade));
};

int main() {
  auto opened = linedb::Database::Open("shop");
  if (!opened.ok()) return std::cerr << opened.status() << "\n", 1;
  linedb::Database& database = **opened;
  auto artists = *database.OpenTable<Artist>();
  auto albums = *database.OpenTable<Album>();
  auto tracks = *database.OpenTable<Track>();

  // [shown]
  auto release = *database.Begin();  // all three tables, or none
  auto artist = *artists.Insert(release, {.name = "AC/DC"});
  auto album = *albums.Insert(release, {.title = "Let There Be Rock", .artist_id = artist});
  for (const char* name : {"Go Down", "Dog Eat Dog"})
    tracks.Insert(release, {.name = name, .album_id = album}).value();
  std::cout << release.Commit() << "\n";

  std::cout << artists.Erase(artist).message() << "\n";  // an album still references it
  auto lost = tracks.Insert({.name = "Overdose", .album_id = 7});
  std::cout << lost.status().message() << "\n";

  std::cout << albums.Erase(album) << ", " << tracks.size() << " tracks\n";  // they go with it
  // [shown]
}
