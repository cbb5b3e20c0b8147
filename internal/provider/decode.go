package provider

import (
	"encoding/json"
	"errors"
)

// Decode reads JSON of a provider into v. What has another type than v's field
// is left out and the rest is read, since one odd field must not cost the news
// beside it. The error says that it is no JSON.
func Decode(raw []byte, v any) error {
	err := json.Unmarshal(raw, v)
	if _, odd := errors.AsType[*json.UnmarshalTypeError](err); odd {
		return nil // encoding/json has read on past it
	}
	return err
}
