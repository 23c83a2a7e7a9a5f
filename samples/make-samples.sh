#!/bin/sh
# Makes the recordings of this folder anew and writes their hashes and durations into manifest.json.
# Needs espeak-ng, sox and jq; the same versions of them make the same bytes (sox -R: dither from a fixed seed).
set -eu
cd "$(dirname "$0")"
raw=$(mktemp)
manifest=$(mktemp)
trap 'rm -f "$raw" "$manifest"' EXIT

# say FILE VOICE PITCH WORDS_PER_MINUTE TEXT
# Texts are written as they are to be pronounced; what a person would write down stands in manifest.json.
# 8 kHz, 16 bit, mono: half the bytes of 16 kHz, and every recogniser takes it. -3 dB leaves room above the peaks.
say() {
  espeak-ng -v "$2" -p "$3" -s "$4" -w "$raw" "$5"
  sox -R "$raw" -r 8000 -b 16 -c 1 "$1" norm -3 pad 0.2 0.3
}

say 01-opening.wav en-gb+f3 45 160 \
  "Good evening everyone. I am Marraikuh Terpstra, and I chair this meeting. Tonight we talk about the Wilgenbrug, the new bicycle bridge to the Haavenkwartier."
say 02-ramp.wav en-us+m3 40 160 \
  "The ramp on the Ring dike is too steep for cargo bikes. I measured eight percent last week. Mail me your own measurements, at adaeze dot okonkwo, at example dot org."
say 03-schoolroute.wav nl 55 165 \
  "Mijn naam is Joris van der Linde. Ik fiets elke dag met mijn dochter naar school. Zonder de Wilgenbrug rijden we drie kilometer om door het Havenkwartier."
say 04-vote.wav en-gb+f4 50 160 \
  "Thank you, Joris. We vote on the Wilgenbrug on the third of March. If you cannot come, please ring me, on zero two zero, seven nine four six, zero one two three."

# describe FILE: its hash and duration, beside the texts that are kept by hand
describe() {
  hash=$(sha256sum "$1" | cut -d ' ' -f 1)
  jq --arg file "$1" --arg hash "$hash" --argjson seconds "$(soxi -D "$1")" '
    (.recordings[] | select(.file == $file)) |=
      (.sha256 = $hash | .durationSeconds = (($seconds * 100 | round) / 100))' manifest.json >"$manifest"
  cat "$manifest" >manifest.json
}

for file in *.wav; do
  describe "$file"
done
