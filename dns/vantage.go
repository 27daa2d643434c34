package dns

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Vantage is a place from which names look as they do there, such as the intranet or the Internet.
type Vantage struct {
	// Name is what people call it, such as "internal" or "public". Required, and unlike the others.
	Name string
	// Resolver asks from there. Required.
	Resolver *Resolver
}

// View is how an alias looks from one vantage point.
type View struct {
	// Vantage is its name.
	Vantage string
	// Chain is what was found; nil if nothing could be asked.
	Chain *Chain
	// Err says why nothing could be asked, such as [ErrUnavailable]; else nil.
	Err error
}

// Survey compares how an alias looks from several vantage points.
type Survey struct {
	// Views are in the order of the vantage points.
	Views []View
	// Problems hold a [ProblemSplitHorizon] if the views differ in where the alias leads first or in what is wrong with
	// it. Addresses and further hops do not count: a cloud may give everyone the nearest. What is wrong with each view
	// is in its Chain.
	Problems []Problem
}

// OK reports whether every view could be had, is without a problem, and agrees with the others.
func (s *Survey) OK() bool {
	return len(s.Problems) == 0 && !slices.ContainsFunc(s.Views, func(v View) bool { return v.Err != nil || !v.Chain.OK() })
}

// String draws the chain of each vantage point under its name, and then the problems of the comparison.
func (s *Survey) String() string {
	var drawing strings.Builder
	for _, v := range s.Views {
		fmt.Fprintf(&drawing, "from %s:\n", v.Vantage)
		if v.Err != nil {
			fmt.Fprintf(&drawing, "%v\n", v.Err)
			continue
		}
		drawing.WriteString(v.Chain.String())
	}
	for _, problem := range s.Problems {
		drawing.WriteString(problem.String() + "\n")
	}
	return drawing.String()
}

// CheckFrom is [Check] from several vantage points side by side, and compares what they see: an alias that is present
// inside and absent publicly serves nobody on the Internet. A vantage point from which nothing can be asked is a [View]
// with its error, and the others are compared.
//
// The error is [*InvalidError], that of ctx, or that of the first vantage point if nothing could be asked from any.
func CheckFrom(ctx context.Context, vantages []Vantage, name, target string) (*Survey, error) {
	problems := &InvalidError{Subject: "dns: check"}
	canonical := checkName(problems, "name", name)
	checkName(problems, "target", target)
	checkVantages(problems, vantages)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	survey := &Survey{Views: make([]View, len(vantages))}
	var checking sync.WaitGroup
	for i, v := range vantages {
		checking.Go(func() {
			chain, err := Check(ctx, v.Resolver, name, target)
			survey.Views[i] = View{Vantage: v.Name, Chain: chain, Err: err}
		})
	}
	checking.Wait()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("dns: check %s: %w", canonical, context.Cause(ctx))
	}
	if len(survey.sights()) == 0 {
		return nil, survey.Views[0].Err
	}
	survey.compare(canonical)
	return survey, nil
}

func checkVantages(problems *InvalidError, vantages []Vantage) {
	if len(vantages) == 0 {
		problems.Add("vantages", "is empty; give at least one")
	}
	seen := map[string]bool{}
	for i, v := range vantages {
		field := fmt.Sprintf("vantages[%d]", i)
		if v.Name == "" || seen[v.Name] {
			problems.Add(field+".Name", "is %q; give each vantage point a name of its own", v.Name)
		}
		seen[v.Name] = true
		if v.Resolver == nil {
			problems.Add(field+".Resolver", "is nil")
			continue
		}
		v.Resolver.check(problems)
	}
}

// compare notes whether the vantage points see different things.
func (s *Survey) compare(name string) {
	sights := s.sights()
	if len(sights) == 0 || !slices.ContainsFunc(sights, func(seen sight) bool { return seen.what != sights[0].what }) {
		return
	}
	told := make([]string, len(sights))
	for i, seen := range sights {
		told[i] = seen.vantage + " sees " + seen.what
	}
	s.Problems = append(s.Problems, Problem{Kind: ProblemSplitHorizon, Name: name, Detail: strings.Join(told, "; ")})
}

// sight is what somebody at a vantage point would say.
type sight struct{ vantage, what string }

func (s *Survey) sights() []sight {
	var sights []sight
	for _, v := range s.Views {
		if v.Err == nil {
			sights = append(sights, sight{v.Vantage, v.Chain.inWords()})
		}
	}
	return sights
}

// inWords says where the alias leads and what is wrong with it.
func (c *Chain) inWords() string {
	words := "no alias"
	if len(c.Hops) > 0 {
		words = "an alias to " + c.Hops[0].Target
	}
	if c.OK() {
		return words
	}
	kinds := make([]string, len(c.Problems))
	for i, problem := range c.Problems {
		kinds[i] = string(problem.Kind)
	}
	return words + " (" + strings.Join(kinds, ", ") + ")"
}
