/** Maximum distance from a label to its number, in characters. */
const LABEL_CHARS = 64;

/**
 * Matches text between a label and its number: up to 28 characters without digits, and without a
 * marker.
 */
const GAP = '[^0-9<>]{0,28}$';

/**
 * Matches words that directly connect a label and a number: "(number|nr.|code) (is|:)". No sequence
 * of these alternatives can be matched in two different ways: otherwise the time for 64 characters
 * would be exponential.
 */
const TIE =
  '(?:[ .:#=°º/-]|numbers?|nummers?|num(?:éro|ero)?|número|nr|no|n|id|code|código|codice|is|was|ist|war|est|es|è|van|von|of|de|del|der|des|di|met|avec|mit|con|with|lautet|luidt|het|the|le|la|el|il|die|das|meine?|mijn|my|mon|ma|mi|mio)*$';

const WORD_START = '(?<![\\p{L}\\p{N}_])';
const WORD_END = '(?![\\p{L}\\p{N}_])';

type LabelTest = (text: string, start: number) => boolean;

/**
 * Creates a test whether one of these words is a label within a few words before a position.
 *
 * @param words alternatives of a regular expression, each at the start of a word; `\\p{L}*` at its
 * end matches inflections
 */
export function announcedBy(words: string): LabelTest {
  return cached(new RegExp(`${WORD_START}(?:${words})${WORD_END}${GAP}`, 'iu'));
}

/** Like announcedBy, but without other words in between. */
function namedBy(words: string): LabelTest {
  return cached(new RegExp(`${WORD_START}(?:${words})${TIE}`, 'iu'));
}

/**
 * Caches the results for the last text, as many candidates of many detectors begin at the same
 * position.
 */
function cached(label: RegExp): LabelTest {
  let lastText: string | undefined;
  let answers = new Map<number, boolean>();
  return (text, start) => {
    if (lastText !== text) answers = new Map();
    // Also assigned when equal: comparing a string with itself is fast, but comparing it with a
    // copy is not.
    lastText = text;
    const known = answers.get(start);
    if (known !== undefined) return known;
    // A position that follows another digit has no label.
    const answer =
      !followsDigit(text, start) && label.test(text.slice(Math.max(0, start - LABEL_CHARS), start));
    answers.set(start, answer);
    return answer;
  };
}

function followsDigit(text: string, start: number): boolean {
  for (let index = start - 1; index >= Math.max(0, start - LABEL_CHARS); index -= 1) {
    const char = text.charAt(index);
    if (char >= '0' && char <= '9') return true;
    if (!/[ .,\-/()+:\n]/.test(char)) return false;
  }
  return false;
}

/**
 * Tests for a label of an object or a business transaction, whose number may be valid by chance,
 * but is not personal.
 */
export const isReference = namedBy(
  [
    'orders?(?:number)?|bestel(?:ling|nummer|ordernummer)|ordernummer|purchase order|po number|bestell?nummer|auftrag(?:snummer)?|bestellung|commande|pedido|encargo|ordine|ordini',
    'invoices?|fact(?:uur|ure|ura)(?:nummer)?|fattura|rechnung(?:snummer)?|bon(?:nummer)?|receipt',
    'klantnummer|klantcode|customer(?: number| id)?|client(?: number)?|kundennummer|numéro (?:de )?client|número de cliente|numero cliente|lidnummer|account ?id|user ?id',
    'tickets?(?:nummer)?|cases?|incidents?|issues?|zaak(?:nummer)?|dossier(?:nummer)?|vorgang(?:snummer)?|aktenzeichen|expediente|pratica|kenmerk|referenties?|references?|ref|referenz|référence|referencia|riferimento|protocollo',
    'bookings?|reserver?ing(?:snummer)?|reservations?|réservation|reserva|prenotazione|buchung(?:snummer)?|buchungscode|vlucht(?:nummer)?|flights?|flug|vols?|vuelo|volo|trein|train|zug',
    'tracking|track(?: and | en |-en-|&)trace|trackingcode|pakket|zending(?:snummer)?|parcel|package|colis|suivi|sendung(?:snummer)?|paquete|pacco|envío|spedizione|barcode|streepjescode',
    'isbn(?:-?1[03])?|issn|ean|gtin|upc|sku|asin|imei|iccid|mac|vin|serial|serie(?:nummer)?|seriennummer|serienummer|s/n|chassis(?:nummer)?|lot|batch|charge|matricola',
    'articles?|artikel(?:nummer)?|artículo|articolo|products?|product(?:nummer|code)|producto|prodotto|part number|onderdeelnummer|onderdeel|teilenummer|modelo?|model(?:nummer)?|modell|modèle',
    'versie|version|versión|versione|build|release|patch|commit|hash|port|poort|rfc|doi|pmid|arxiv',
    'kvk(?:-nummer|nummer)?|btw(?:-nummer|nummer)?|vat|ust-?id(?:nr)?|siren|siret|p\\.? ?iva|partita iva|handelsregister|hrb|company number|ondernemingsnummer|cif',
    'polis(?:nummer)?|policy(?: number)?|police|póliza|polizza|contract(?:nummer)?|contrat|vertrag(?:snummer)?|contrato|contratto|transactions?|transactie(?:nummer)?|transaktion|transacción|transazione',
    'kamer(?:nummer)?|rooms?|zimmer(?:nummer)?|chambre|habitación|stanza|camera|page|pagina|seite|página|timestamp|epoch|seed|id',
  ].join('|'),
);
