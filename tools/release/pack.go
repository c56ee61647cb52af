package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// entry is a file of an archive, or a directory where the mode says so.
type entry struct {
	name string
	mode fs.FileMode
	text []byte
}

func sorted(files []entry) []entry {
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	return files
}

// writeTar writes entries in the order of their names, below a directory.
func writeTar(w *tar.Writer, dir string, files []entry, at time.Time, owner func(entry) int) error {
	for _, f := range sorted(files) {
		header := &tar.Header{
			Name: dir + f.name, Mode: int64(f.mode.Perm()), Size: int64(len(f.text)), ModTime: at,
			Typeflag: tar.TypeReg, Format: tar.FormatUSTAR, Uid: owner(f), Gid: owner(f),
		}
		if f.mode.IsDir() {
			header.Typeflag, header.Name = tar.TypeDir, header.Name+"/"
		}
		if err := w.WriteHeader(header); err != nil {
			return err
		}
		if _, err := w.Write(f.text); err != nil {
			return err
		}
	}
	return w.Close()
}

func nobody(entry) int { return 0 }

// tarGz packs files below a directory of the archive's name.
func tarGz(name string, files []entry, at time.Time) ([]byte, error) {
	var out bytes.Buffer
	compressed, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if err := writeTar(tar.NewWriter(compressed), name+"/", files, at, nobody); err != nil {
		return nil, err
	}
	if err := compressed.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// zipped does the same for Windows.
func zipped(name string, files []entry, at time.Time) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range sorted(files) {
		header := &zip.FileHeader{Name: name + "/" + f.name, Method: zip.Deflate, Modified: at.UTC()}
		header.SetMode(f.mode)
		file, err := w.CreateHeader(header)
		if err != nil {
			return nil, err
		}
		if _, err := file.Write(f.text); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// containerUser owns the container's data; deploy/Dockerfile runs as it.
const containerUser = 65532

// container is the file tree of the container: the program, and a directory for its data.
func container(program []byte, at time.Time) ([]byte, error) {
	var out bytes.Buffer
	err := writeTar(tar.NewWriter(&out), "", []entry{
		{"zkpass", 0o755, program},
		{"data", fs.ModeDir | 0o700, nil},
		{"tmp", fs.ModeDir | 0o777 | fs.ModeSticky, nil},
	}, at, func(f entry) int {
		if f.name == "data" {
			return containerUser
		}
		return 0
	})
	return out.Bytes(), err
}
