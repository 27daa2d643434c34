package content_test

import (
	"errors"
	"slices"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/clouddp/sdk/clouddp/content"
	"github.com/clouddp/sdk/clouddp/content/contenttest"
)

const day = 24 * time.Hour

var day1 = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func prune(t *testing.T, store content.Store, key content.Key) *content.Pruned {
	t.Helper()
	pruned, err := content.Prune(t.Context(), store, key, nil)
	if err != nil {
		t.Fatal(err)
	}
	return pruned
}

func TestPruneSweepsAfterTheGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, key := contenttest.NewStore(), newKey(t)
		distribute(t, store, key, "A", 1, fstest.MapFS{"a": {Data: noise(1, 5000)}})
		distribute(t, store, key, "B", 1, fstest.MapFS{"b": {Data: noise(2, 5000)}})
		if err := content.Delete(t.Context(), store, key, "A"); err != nil {
			t.Fatal(err)
		}
		if got := prune(t, store, key); len(got.Waiting) != 1 || got.Used != 1 || len(got.Swept) != 0 {
			t.Errorf("first: %+v", got)
		}
		time.Sleep(6 * day)
		if got := prune(t, store, key); len(got.Waiting) != 1 || len(got.Swept) != 0 {
			t.Errorf("within the grace: %+v", got)
		}
		time.Sleep(2 * day)
		dry, err := content.Prune(t.Context(), store, key, &content.PruneOptions{DryRun: true})
		if err != nil || len(dry.Swept) != 1 || len(store.Names("packs/")) != 2 {
			t.Errorf("dry run: %+v, %v", dry, err)
		}
		if got := prune(t, store, key); len(got.Swept) != 1 || got.SweptBytes < 5000 || got.Used != 1 {
			t.Errorf("after the grace: %+v", got)
		}
		if packs, marks := store.Names("packs/"), store.Names("marks/"); len(packs) != 1 || len(marks) != 0 {
			t.Errorf("packs %v, marks %v", packs, marks)
		}
		if _, err := content.Verify(t.Context(), store, key, "B", nil); err != nil {
			t.Error(err)
		}
	})
}

func TestPackUsedAgainIsUnmarked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, key, files := contenttest.NewStore(), newKey(t), fstest.MapFS{"a": {Data: noise(1, 5000)}}
		distribute(t, store, key, "A", 1, files)
		if err := content.Delete(t.Context(), store, key, "A"); err != nil {
			t.Fatal(err)
		}
		prune(t, store, key)
		time.Sleep(30 * day)
		distribute(t, store, key, "A", 1, files)
		if got := prune(t, store, key); got.Used != 1 || len(store.Names("marks/")) != 0 {
			t.Errorf("%+v, marks %v", got, store.Names("marks/"))
		}
		if _, err := content.Verify(t.Context(), store, key, "A", nil); err != nil {
			t.Error(err)
		}
	})
}

// TestPruneBesideDistribute lets a Prune, for which the grace of the pack has run out, run at every step of a
// Distribute that needs the pack, and the other way round.
func TestPruneBesideDistribute(t *testing.T) {
	for step := range 20 {
		synctest.Test(t, func(t *testing.T) {
			store, key, files := contenttest.NewStore(), newKey(t), fstest.MapFS{"a": {Data: noise(1, 5000)}}
			distribute(t, store, key, "A", 1, files)
			if err := content.Delete(t.Context(), store, key, "A"); err != nil {
				t.Fatal(err)
			}
			prune(t, store, key)
			time.Sleep(30 * day)
			calls := 0
			interrupt := func() {
				if calls++; calls == step+1 {
					prune(t, store, key)
				}
			}
			distribute(t, &everyCall{Store: store, before: interrupt}, key, "A", 1, files)
			if _, err := content.Verify(t.Context(), store, key, "A", nil); err != nil {
				t.Errorf("Prune before call %d: %v", step+1, err)
			}
		})
		synctest.Test(t, func(t *testing.T) {
			store, key, files := contenttest.NewStore(), newKey(t), fstest.MapFS{"a": {Data: noise(1, 5000)}}
			distribute(t, store, key, "A", 1, files)
			if err := content.Delete(t.Context(), store, key, "A"); err != nil {
				t.Fatal(err)
			}
			prune(t, store, key)
			time.Sleep(30 * day)
			calls := 0
			interrupt := func() {
				if calls++; calls == step+1 {
					distribute(t, store, key, "A", 1, files)
				}
			}
			prune(t, &everyCall{Store: store, before: interrupt}, key)
			if calls > step {
				if _, err := content.Verify(t.Context(), store, key, "A", nil); err != nil {
					t.Errorf("Distribute before call %d: %v", step+1, err)
				}
			}
		})
	}
}

func TestUnreadableManifestStopsPrune(t *testing.T) {
	store, key := contenttest.NewStore(), newKey(t)
	distribute(t, store, key, "A", 1, fstest.MapFS{"a": {Data: noise(1, 5000)}})
	distribute(t, store, key, "B", 1, fstest.MapFS{"b": {Data: noise(2, 5000)}})
	writes := store.Writes()
	store.Corrupt(store.Names("manifests/")[0], 200)
	if _, err := content.Prune(t.Context(), store, key, nil); !errors.Is(err, content.ErrIntegrity) {
		t.Errorf("Prune: %v, want ErrIntegrity", err)
	}
	if store.Writes() != writes {
		t.Error("it wrote all the same")
	}
}

func TestVerifyFindsAllAndDistributeHeals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, key := contenttest.NewStore(), newKey(t)
		files := fstest.MapFS{"a": {Data: noise(1, 5000)}, "b": {Data: noise(2, 5000)}, "c": {Data: noise(3, 5000)}}
		distribute(t, store, key, "A", 1, files)
		pack := store.Names("packs/")[0]
		store.Corrupt(pack, 100)
		store.Corrupt(pack, 14_000)
		_, err := content.Verify(t.Context(), store, key, "A", nil)
		if files := damaged(err); !slices.Equal(files, []string{"a", "c"}) {
			t.Errorf("damaged are %v: %v", files, err)
		}
		if err := store.Delete(t.Context(), pack, content.AnyVersion); err != nil {
			t.Fatal(err)
		}
		_, err = content.Verify(t.Context(), store, key, "A", nil)
		if files := damaged(err); !slices.Equal(files, []string{"a", "b", "c"}) {
			t.Errorf("missing are %v: %v", files, err)
		}
		if manifest := distribute(t, store, key, "A", 1, files); manifest.Version != 1 {
			t.Errorf("version %d", manifest.Version)
		}
		if _, err := content.Verify(t.Context(), store, key, "A", nil); err != nil {
			t.Errorf("after the repair: %v", err)
		}
		store.Truncate(pack, 100)
		distribute(t, store, key, "A", 1, files)
		if _, err := content.Verify(t.Context(), store, key, "A", nil); err != nil {
			t.Errorf("after the repair of a short pack: %v", err)
		}
	})
}

// damaged lists the files named in joined integrity errors.
func damaged(err error) []string {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	var files []string
	for _, err := range joined.Unwrap() {
		if damage, ok := errors.AsType[*content.IntegrityError](err); ok {
			files = append(files, damage.File)
		}
	}
	return files
}

func TestPackagesYieldsAll(t *testing.T) {
	store, key := contenttest.NewStore(), newKey(t)
	distribute(t, store, key, "A", 3, fstest.MapFS{"a": {}})
	distribute(t, store, key, "B", 4, fstest.MapFS{"b": {}})
	versions := map[string]int{}
	for manifest, err := range content.Packages(t.Context(), store, key) {
		if err != nil {
			t.Fatal(err)
		}
		versions[manifest.ID] = manifest.Version
	}
	if len(versions) != 2 || versions["A"] != 3 || versions["B"] != 4 {
		t.Errorf("packages are %v", versions)
	}
	for _, err := range content.Packages(t.Context(), store, key) {
		if err != nil {
			t.Error(err)
		}
		break
	}
}

func TestDeleteWithLostAnswer(t *testing.T) {
	store, key := contenttest.NewStore(), newKey(t)
	distribute(t, store, key, "A", 1, fstest.MapFS{"a": {}})
	store.LoseAnswer()
	if err := content.Delete(t.Context(), store, key, "A"); err != nil {
		t.Errorf("Delete: %v", err)
	}
	if err := content.Delete(t.Context(), store, key, "A"); !errors.Is(err, content.ErrNotFound) {
		t.Errorf("Delete again: %v", err)
	}
}
