package content

// Options are the options of [Distribute], [Fetch] and [Verify]; nil means the defaults.
type Options struct {
	// Progress is called as work proceeds, from the goroutine that called; nil means not at all.
	Progress func(Progress)
	// Uncompressed stores every chunk as it is. By default a chunk is compressed if that makes it smaller.
	Uncompressed bool
	// DryRun reads and packs everything and writes nothing: Progress tells what would be sent.
	DryRun bool
}

// Progress says how far an operation has come. Its numbers never fall within one call.
type Progress struct {
	// File is the path being worked on.
	File string
	// Files and Bytes count what is done, TotalFiles and TotalBytes what there is.
	Files, TotalFiles int
	Bytes, TotalBytes int64
	// Moved counts the bytes sent to a store by [Distribute] or received by [Fetch] and [Verify].
	Moved int64
	// Reused counts the bytes of files that did not need moving, because they were there already.
	Reused int64
}

func (o *Options) orDefault() *Options {
	if o == nil {
		return &Options{}
	}
	return o
}

func (o *Options) report(p Progress) {
	if o.Progress != nil {
		o.Progress(p)
	}
}
