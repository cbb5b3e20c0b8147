// Package bucket keeps the files of imports and exports in S3, and signs the
// addresses by which browsers upload and download them.
package bucket

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"github.com/auto-engagement/flows/internal/exporter"
	"github.com/auto-engagement/flows/internal/importer"
)

// Bucket is one S3 bucket. It implements importer.Files, exporter.Files and
// rest.JobFiles.
type Bucket struct {
	client *s3.Client
	signer *s3.PresignClient
	name   string
}

// New works on the bucket with this name.
func New(cfg aws.Config, name string) *Bucket {
	client := s3.NewFromConfig(cfg, func(o *s3.Options) {
		// A browser that uploads computes no checksum.
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	})
	return &Bucket{client: client, signer: s3.NewPresignClient(client), name: name}
}

// UploadURL signs an address to which a file of this size (nil: any) can be
// PUT until lasts has passed. Signing needs no request.
func (b *Bucket) UploadURL(ctx context.Context, key string, size *int64, lasts time.Duration) (string, error) {
	signed, err := b.signer.PresignPutObject(ctx, &s3.PutObjectInput{Bucket: &b.name, Key: &key, ContentLength: size}, s3.WithPresignExpires(lasts))
	if err != nil {
		return "", fmt.Errorf("sign an upload: %w", err)
	}
	return signed.URL, nil
}

// DownloadURL signs an address from which a file can be had under a name until
// lasts has passed.
func (b *Bucket) DownloadURL(ctx context.Context, key, fileName string, lasts time.Duration) (string, error) {
	disposition := mime.FormatMediaType("attachment", map[string]string{"filename": fileName})
	signed, err := b.signer.PresignGetObject(ctx, &s3.GetObjectInput{
		Bucket: &b.name, Key: &key, ResponseContentDisposition: &disposition,
	}, s3.WithPresignExpires(lasts))
	if err != nil {
		return "", fmt.Errorf("sign a download: %w", err)
	}
	return signed.URL, nil
}

// Stat implements importer.Files.
func (b *Bucket) Stat(ctx context.Context, key string) (importer.File, bool, error) {
	head, err := b.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.name, Key: &key})
	if status(err) == http.StatusNotFound {
		return importer.File{}, false, nil
	}
	if err != nil {
		return importer.File{}, false, fmt.Errorf("look at %s: %w", key, err)
	}
	return importer.File{ETag: aws.ToString(head.ETag), Size: aws.ToInt64(head.ContentLength)}, true, nil
}

// Size implements exporter.Files.
func (b *Bucket) Size(ctx context.Context, key string) (int64, bool, error) {
	f, found, err := b.Stat(ctx, key)
	return f.Size, found, err
}

// Open implements importer.Files.
func (b *Bucket) Open(ctx context.Context, key, etag string) (io.ReadCloser, error) {
	got, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.name, Key: &key, IfMatch: &etag})
	switch status(err) {
	case http.StatusNotFound, http.StatusPreconditionFailed:
		return nil, importer.ErrFileChanged
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", key, err)
	}
	return got.Body, nil
}

// Put implements importer.Files.
func (b *Bucket) Put(ctx context.Context, key, contentType string, body []byte) error {
	_, err := b.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &b.name, Key: &key, ContentType: &contentType, Body: bytes.NewReader(body)})
	if err != nil {
		return fmt.Errorf("write %s: %w", key, err)
	}
	return nil
}

// Delete implements importer.Files and exporter.Files.
func (b *Bucket) Delete(ctx context.Context, key string) error {
	if _, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.name, Key: &key}); err != nil {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	return nil
}

// Begin implements exporter.Files.
func (b *Bucket) Begin(ctx context.Context, key, contentType string) (string, error) {
	out, err := b.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &b.name, Key: &key, ContentType: &contentType})
	if err != nil {
		return "", fmt.Errorf("begin the upload of %s: %w", key, err)
	}
	return aws.ToString(out.UploadId), nil
}

// Part implements exporter.Files.
func (b *Bucket) Part(ctx context.Context, key, upload string, number int, body []byte) (string, error) {
	out, err := b.client.UploadPart(ctx, &s3.UploadPartInput{
		Bucket: &b.name, Key: &key, UploadId: &upload, PartNumber: aws.Int32(int32(number)), Body: bytes.NewReader(body),
	})
	if err != nil {
		return "", fmt.Errorf("upload part %d of %s: %w", number, key, uploadError(err))
	}
	return aws.ToString(out.ETag), nil
}

// Complete implements exporter.Files.
func (b *Bucket) Complete(ctx context.Context, key, upload string, parts []string) error {
	done := &types.CompletedMultipartUpload{}
	for i := range parts {
		done.Parts = append(done.Parts, types.CompletedPart{ETag: &parts[i], PartNumber: aws.Int32(int32(i + 1))})
	}
	_, err := b.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: &b.name, Key: &key, UploadId: &upload, MultipartUpload: done})
	if err != nil {
		return fmt.Errorf("complete the upload of %s: %w", key, uploadError(err))
	}
	return nil
}

// Abort implements exporter.Files.
func (b *Bucket) Abort(ctx context.Context, key, upload string) error {
	if upload == "" {
		return nil
	}
	_, err := b.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &b.name, Key: &key, UploadId: &upload})
	if err = uploadError(err); err != nil && !errors.Is(err, exporter.ErrNoUpload) {
		return fmt.Errorf("abort the upload of %s: %w", key, err)
	}
	return nil
}

func uploadError(err error) error {
	if problem, is := errors.AsType[smithy.APIError](err); is && problem.ErrorCode() == "NoSuchUpload" {
		return fmt.Errorf("%w: %w", exporter.ErrNoUpload, err)
	}
	return err
}

// status is the HTTP status of a refusal, 0 of any other error.
func status(err error) int {
	if answered, is := errors.AsType[interface {
		error
		HTTPStatusCode() int
	}](err); is {
		return answered.HTTPStatusCode()
	}
	return 0
}
