package point

import (
	"context"
	"slices"
	"sync"

	"github.com/clouddp/sdk/clouddp/content"
)

// maxTrees is how many manifests are kept.
const maxTrees = 16

// trees keeps the manifests used last, so that a range costs a look at the manifest and not the reading of it.
type trees struct {
	mu   sync.Mutex
	kept []kept // the one used last comes last
}

type kept struct {
	id   string
	tree *content.Tree
}

// get returns the current version of a package.
func (t *trees) get(ctx context.Context, p *Point, id string) (*content.Tree, error) {
	if tree := t.take(id); tree != nil {
		current, err := tree.Current(ctx)
		if err != nil {
			return nil, err
		}
		if current {
			t.put(id, tree)
			return tree, nil
		}
	}
	tree, err := content.OpenTree(ctx, p.Content, p.Key, id)
	if err != nil {
		return nil, err
	}
	t.put(id, tree)
	return tree, nil
}

func (t *trees) take(id string) *content.Tree {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.IndexFunc(t.kept, func(k kept) bool { return k.id == id })
	if i < 0 {
		return nil
	}
	return t.kept[i].tree
}

func (t *trees) put(id string, tree *content.Tree) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = slices.DeleteFunc(t.kept, func(k kept) bool { return k.id == id })
	t.kept = append(t.kept, kept{id: id, tree: tree})
	if len(t.kept) > maxTrees {
		t.kept = slices.Delete(t.kept, 0, 1)
	}
}
