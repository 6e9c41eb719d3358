// A server of net/http, every framing that it has. go build go-server.go && ./go-server PORT
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"time"
)

const body = "a needle in the hay\n"

func main() {
	mux := http.NewServeMux()
	// A length of its own accord.
	mux.HandleFunc("/plain", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, body) })
	// Chunks: each Flush is one.
	mux.HandleFunc("/chunks", func(w http.ResponseWriter, r *http.Request) {
		for _, word := range strings.SplitAfter(body, " ") {
			io.WriteString(w, word)
			w.(http.Flusher).Flush()
		}
	})
	mux.HandleFunc("/trailers", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		io.WriteString(w, body)
		w.(http.Flusher).Flush()
		w.Header().Set("X-Sum", "1")
		w.Header().Set(http.TrailerPrefix+"X-More", "2")
	})
	mux.HandleFunc("/none", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("/unchanged", func(w http.ResponseWriter, r *http.Request) {
		modified := time.Date(2026, 2, 10, 10, 15, 0, 0, time.UTC)
		http.ServeContent(w, r, "unchanged.txt", modified, strings.NewReader(body))
	})
	mux.HandleFunc("/hints", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", "</style.css>")
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusProcessing)
		io.WriteString(w, body)
	})
	mux.HandleFunc("/close", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		io.WriteString(w, body)
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < 80; i++ {
			io.WriteString(w, strings.Repeat("hay ", 8192))
		}
		io.WriteString(w, "needle")
	})
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) })
	// Ends the connection in the middle of the answer, on purpose.
	mux.HandleFunc("/broken", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, body)
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})
	server := &http.Server{
		Addr: "127.0.0.1:" + os.Args[1],
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Printf("%s %s|%s\n", r.Method, r.URL.Path, r.RemoteAddr)
			mux.ServeHTTP(w, r)
		}),
	}
	log.Fatal(server.ListenAndServe())
}
