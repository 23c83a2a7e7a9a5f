#!/bin/sh
# Makes the recordings of this folder from samples/01-opening.wav. Needs an ffmpeg with libmp3lame,
# libopus, libvorbis, libspeex, libvpx and libx264. Run it in this folder.
set -eu

make() { ffmpeg -hide_banner -loglevel error -y "$@" </dev/null; }

exact='-map_metadata -1 -fflags +bitexact -flags:a +bitexact'
speech='-ss 1 -t 3 -i ../../samples/01-opening.wav'
film='-f lavfi -t 2 -i color=c=black:s=64x64:r=5'
aac='-ar 16000 -c:a aac -b:a 24k'
mp3='-ar 16000 -c:a libmp3lame'
opus='-c:a libopus -b:a 16k'

# Ordinary recordings.
make $speech $exact $mp3 -b:a 32k cbr.mp3
make $speech $exact $mp3 -b:a 32k -write_xing 0 -id3v2_version 0 cbr-untagged.mp3
make $speech $exact $mp3 -q:a 7 vbr.mp3
make $speech $exact $mp3 -q:a 7 -write_xing 0 -id3v2_version 0 vbr-untagged.mp3
make $speech $exact $aac index-at-end.m4a
make $speech $exact $aac -movflags +faststart index-first.m4a
make $speech $exact $aac -movflags frag_keyframe+empty_moov+default_base_moof -frag_duration 500000 fragmented.m4a
make $speech $exact $aac adts.aac
make $speech $exact $opus -page_duration 500000 opus.ogg
make $speech $exact -ar 16000 -c:a libvorbis -q:a 0 vorbis.ogg
make $speech $exact -ar 16000 -c:a libspeex speex.ogg
make $speech $exact $opus -cluster_time_limit 500 opus.webm
make $speech $exact $opus -cluster_time_limit 500 -f webm -live 1 browser.webm
make $speech $exact $opus opus.caf
make $speech $exact -ar 8000 -c:a flac flac.flac

# Rare codecs.
make $speech $exact -t 1 -ar 8000 -c:a alac alac.m4a
make $speech $exact -t 1 -ar 16000 -c:a wmav2 -b:a 32k wma.wma
make $speech $exact -t 1 -ar 8000 -c:a adpcm_ima_wav adpcm.wav
make $speech $exact -t 1 -ar 8000 -c:a pcm_alaw alaw.wav
make $speech $exact -t 1 -ar 8000 -c:a pcm_s16be pcm.aiff
make $speech $exact -t 1 -ar 16000 -c:a mp2 -b:a 32k -f mpegts transport.mpegts

# Films, with and without sound, and recordings with a picture.
make $film -c:v libx264 -pix_fmt yuv420p $exact film.mp4
make $film -c:v libx264 -pix_fmt yuv420p $exact film.mov
make $film -c:v libx264 -pix_fmt yuv420p $exact film.mkv
make $film -c:v libvpx $exact film.webm
make $film -c:v mjpeg $exact film.avi
make $film $speech -map 0 -map 1 -t 2 -c:v libx264 -pix_fmt yuv420p $exact $aac film-with-sound.mp4
make $film $speech -map 0 -map 1 -t 2 -c:v libvpx $exact $opus film-with-sound.webm
make -f lavfi -i color=c=red:s=64x64 -frames:v 1 cover.jpg
picture='-i cover.jpg -map 0 -map 1 -c:v copy -disposition:v attached_pic'
make $speech $picture $exact -t 2 $mp3 -b:a 32k cover.mp3
make $speech $picture $exact -t 1 -ar 8000 -c:a flac cover.flac
make $speech $picture $exact -t 2 $aac cover.m4a
rm cover.jpg
make $speech $exact -map 0 -map 0 -t 2 $aac two-tracks.m4a

# Nothing but headers.
make $speech $exact -t 0 $mp3 empty.mp3
make $speech $exact -t 0 $opus empty.webm
make $speech $exact -t 0 $opus empty.ogg
make $speech $exact -t 0 -ar 8000 -c:a flac empty.flac
