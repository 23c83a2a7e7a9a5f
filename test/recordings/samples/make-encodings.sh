#!/bin/sh
# Encodes each recording of samples/, and a second of silence, in the formats of this folder. Needs
# an ffmpeg with libmp3lame and libopus. Run it in this folder.
set -eu

make() { ffmpeg -hide_banner -loglevel error -y "$@" </dev/null; }

exact='-map_metadata -1 -fflags +bitexact -flags:a +bitexact'

encode() {
  name=$1
  shift
  # Without the bit reservoir no frame needs those before it.
  make "$@" $exact -ar 8000 -c:a libmp3lame -b:a 16k -reservoir 0 -id3v2_version 0 "$name.mp3"
  make "$@" $exact -ar 8000 -c:a aac -b:a 16k "$name.m4a"
  make "$@" $exact -c:a libopus -b:a 12k -application voip -frame_duration 60 "$name.ogg"
}

for sample in ../../../samples/*.wav; do
  encode "$(basename "$sample" .wav)" -i "$sample"
done
encode silence -f lavfi -t 1 -i anullsrc=sample_rate=8000:channel_layout=mono
