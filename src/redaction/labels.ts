/** How far before a number its label may stand, in characters. */
const LABEL_CHARS = 64;

/** Between a label and what it announces: words without digits, up to this many characters; never a marker. */
const GAP = '[^0-9<>]{0,28}$';

/**
 * "(number|nr.|code) (is|:)": what directly ties a label to a number. No row of these pieces can be read as two different
 * rows of them: otherwise the ways to read 64 characters would multiply.
 */
const TIE =
  '(?:[ .:#=°º/-]|numbers?|nummers?|num(?:éro|ero)?|número|nr|no|n|id|code|código|codice|is|was|ist|war|est|es|è|van|von|of|de|del|der|des|di|met|avec|mit|con|with|lautet|luidt|het|the|le|la|el|il|die|das|meine?|mijn|my|mon|ma|mi|mio)*$';

const WORD_START = '(?<![\\p{L}\\p{N}_])';
const WORD_END = '(?![\\p{L}\\p{N}_])';

type Question = (text: string, start: number) => boolean;

/**
 * Makes a question: does one of these words announce what begins at a place, a few words before it?
 *
 * @param words alternatives of a regular expression, each beginning a word; `\\p{L}*` at the end of one takes its inflections
 */
export function announcedBy(words: string): Question {
  return askedOnce(new RegExp(`${WORD_START}(?:${words})${WORD_END}${GAP}`, 'iu'));
}

/** As announcedBy, but nothing else may be said in between. */
export function namedBy(words: string): Question {
  return askedOnce(new RegExp(`${WORD_START}(?:${words})${TIE}`, 'iu'));
}

/** Many stretches begin at one place, for many detectors: the answers for the last text are kept. */
function askedOnce(label: RegExp): Question {
  let lastText: string | undefined;
  let answers = new Map<number, boolean>();
  return (text, start) => {
    if (lastText !== text) answers = new Map();
    // Also where it is equal: comparing a text with itself takes no time, with its copy it does.
    lastText = text;
    const known = answers.get(start);
    if (known !== undefined) return known;
    // Behind another digit there can be no label.
    const answer =
      !followsDigit(text, start) && label.test(text.slice(Math.max(0, start - LABEL_CHARS), start));
    answers.set(start, answer);
    return answer;
  };
}

function followsDigit(text: string, start: number): boolean {
  for (let at = start - 1; at >= Math.max(0, start - LABEL_CHARS); at -= 1) {
    const char = text.charAt(at);
    if (char >= '0' && char <= '9') return true;
    if (!/[ .,\-/()+:\n]/.test(char)) return false;
  }
  return false;
}

/** Numbers that name a thing or a business transaction: they may pass any test, and are no person's. */
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
