import { ADTS, FLAC, MATROSKA, MP3, MP4, QTFF, WEBM } from 'mediabunny';
import { adtsStream, mpegStream } from './frame-index.js';
import type { FrameIndexes } from './frame-indexes.js';
import { nearFlacFrame } from './flac-frames.js';
import { nearCluster } from './matroska-clusters.js';
import { nearFragment } from './mp4-fragments.js';
import type { NearPart, NearRequest } from './near-request.js';

/**
 * Leaves out what lies before a part of a recording, of formats that the library would read from
 * their beginning. All times remain exact.
 *
 * @returns undefined when the library finds the part quickly itself, or has to read the recording
 * from its beginning
 */
export async function nearPart(request: NearRequest, indexes: FrameIndexes): Promise<NearPart | undefined> {
  switch (request.format) {
    case MP3:
      return indexes.near(request, mpegStream);
    case ADTS:
      return indexes.near(request, adtsStream);
    case FLAC:
      return nearFlacFrame(request);
    case WEBM:
    case MATROSKA:
      return nearCluster(request);
    case MP4:
    case QTFF:
      return nearFragment(request);
    default:
      return undefined;
  }
}
