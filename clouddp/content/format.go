package content

// Format, version 1. All integers are big-endian; || joins bytes; names and labels are ASCII.
//
// # Keys
//
// The point key is 32 random bytes. From it come, by HKDF-SHA256 without salt and with the label as info,
//
//	name key  "clouddp content v1 names"
//	wrap key  "clouddp content v1 wrap"
//
// and for each chunk, with the SHA-256 of its plain bytes and of the bytes that are sealed (the plain ones or their
// zstd frame),
//
//	chunk key "clouddp content v1 chunk" || SHA-256(plain) || SHA-256(sealed plaintext)
//
// so that equal chunks are equal when stored, and no two different plaintexts ever meet one key and nonce, whichever
// compressor wrote them. Whoever lacks the point key can neither guess a chunk key nor test a file against the store.
//
// # Segments
//
// A plaintext is cut into segments of 1 MiB, the last one 1 byte to 1 MiB (0 bytes if all is empty). Each is sealed
// with AES-256-GCM, no additional data, and the nonce
//
//	offset 0  11 bytes  index of the segment, from 0
//	offset 11  1 byte   1 for the last segment, else 0
//
// and stored as ciphertext || 16-byte tag, one after the other. This is the STREAM construction: a segment verifies
// alone, and none can be dropped, repeated, moved or cut off unnoticed. A key seals one plaintext only.
//
// # Blobs
//
//	packs/<hex>      sealed chunks one after the other, nothing else, at most 32 MiB;
//	                 <hex> = HMAC-SHA256(name key, "pack" || 0 || SHA-256(blob)); written once, never changed
//	manifests/<hex>  one for each package: its current version;
//	                 <hex> = HMAC-SHA256(name key, "manifest" || 0 || package ID); replaced by condition only
//	marks/<hex>      empty: Prune saw the pack of that name without a user when this was last written
//
// # Manifest blob
//
//	offset   0   4 bytes  "CDPM"
//	offset   4   1 byte   1, the version of the format
//	offset   5   3 bytes  0
//	offset   8  32 bytes  the <hex> of the blob's name, as bytes
//	offset  40  12 bytes  random nonce
//	offset  52  48 bytes  AES-256-GCM(wrap key, nonce, package key, additional data = offset 0 to 39)
//	offset 100            the body in segments under HKDF-SHA256(package key, salt = offset 0 to 99,
//	                      info = "clouddp content v1 manifest")
//
// The package key is 32 random bytes, new each time a manifest is written. The body is a zstd frame of at most 64 MiB of
// JSON (see document): the files in order of path, and the chunks of all files with key and place. Unknown members are
// ignored; a change that a reader must not ignore raises the version at offset 4.
//
// # Chunks
//
// A writer of this version cuts files every 4 MiB, so a chunk is part of one file or, if files are equal, of several; a
// reader takes any chunk of 1 byte to 8 MiB. An empty file has no chunk. A chunk is compressed if that makes it smaller.
//
// # What a later version finds
//
// The index of what is stored is the manifests themselves: Distribute reads all of them and uses again any chunk whose
// pack is still listed. A chunk that no manifest mentions does not count as stored; but packing is deterministic, so a
// run after a crash makes the same packs, finds their names listed and sends none of them again.
//
// # Sweeping
//
// A pack is swept once it has had no user for the length of a grace, counted from its mark. Distribute lists the marks
// before anything else and takes a marked pack for absent: should it need the pack, it removes the mark, then writes the
// pack anew. Prune lists the packs before the marks and deletes by the ETag it listed. So a Distribute shorter than
// the grace cannot lose a pack to a Prune beside it.
const (
	keySize     = 32
	segmentSize = 1 << 20
	tagSize     = 16

	chunkSize    = 4 << 20
	maxChunkSize = 8 << 20
	maxPackSize  = 32 << 20
	maxBlobSize  = 64 << 20

	maxDocumentSize = 64 << 20
	maxFiles        = 1_000_000
	maxFileSize     = 1 << 50

	packPrefix     = "packs/"
	manifestPrefix = "manifests/"
	markPrefix     = "marks/"

	formatVersion = 1
	magic         = "CDPM"
)
