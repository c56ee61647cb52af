// A wine shop that asks whether its visitor is an adult, and learns nothing else of them. It
// makes requests and checks proofs with a zkPass verifier over HTTP, with the JDK alone:
//
//   java Shop.java
//
//   PORT, ORIGIN                        where it listens, and its origin as browsers see it
//   ZKPASS_VERIFIER, ZKPASS_VERIFIER_KEY  the verifier, and an API key with the scopes request and verify
//   ISSUER, ISSUER_JWKS                 iss of the ID tokens that it trusts, and their keys: a URL or a key set
//   CLIENT_ID                           the client at that issuer that the visitor's app is

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

public class Shop {
  static final String ORIGIN = setting("ORIGIN"), VERIFIER = setting("ZKPASS_VERIFIER");
  static final String AUTHORIZATION = "Basic " + Base64.getEncoder().encodeToString(setting("ZKPASS_VERIFIER_KEY").getBytes(StandardCharsets.UTF_8));
  static final int LIFE = 600; // seconds
  static final int MAX_PROOF = 2 << 20; // bytes
  static final HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

  record Open(String dvrId, Instant until) {}

  // What is open for a visitor, by the cookie of their session. A shop that runs twice has a table.
  static final Map<String, Open> sessions = new ConcurrentHashMap<>();

  public static void main(String[] args) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(setting("PORT"))), 0);
    server.createContext("/", exchange -> handle(exchange, "GET", "/", Shop::ask));
    server.createContext("/proofs", exchange -> handle(exchange, "POST", "/proofs", Shop::take));
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.start();
    System.out.println("ready");
  }

  /** Makes a request and shows it. */
  static void ask(HttpExchange exchange) throws IOException, InterruptedException {
    String jwks = setting("ISSUER_JWKS");
    String query = "[{\"output\": {\"result\": {\"and\": ["
        + "{\"==\": [{\"dvar\": \"iss\"}, " + quote(setting("ISSUER")) + "]},"
        + "{\"==\": [{\"dvar\": \"aud\"}, " + quote(setting("CLIENT_ID")) + "]},"
        + "{\"<\": [{\"now\": []}, {\"dvar\": \"exp\"}]},"
        + "{\">=\": [{\"get_age\": [{\"dvar\": \"birthdate\"}, \"YYYY-MM-DD\"]}, 18]}]}}}]";
    HttpResponse<String> answer = post("/v1/requests", UUID.randomUUID(), "{\"title\": \"Age for the wine shop\", \"query\": " + query
        + ", \"issuers\": {\"\": {\"jwks\": " + (jwks.startsWith("{") ? jwks : quote(jwks)) + ", \"format\": \"jwt\"}}"
        + ", \"response_uri\": " + quote(ORIGIN + "/proofs") + ", \"login_nonce\": true, \"expires_in\": " + LIFE + "}");
    if (answer.statusCode() != 201) throw new IOException("making a request: " + answer.body());
    sessions.values().removeIf(open -> open.until().isBefore(Instant.now()));
    String session = UUID.randomUUID().toString();
    sessions.put(session, new Open(member(answer.body(), "dvr_id"), Instant.now().plusSeconds(LIFE)));
    exchange.getResponseHeaders().set("Set-Cookie", "session=" + session + "; HttpOnly; SameSite=Strict" + (ORIGIN.startsWith("https:") ? "; Secure" : ""));
    exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
    // The visitor's app takes the request from here. It says in words what is asked.
    send(exchange, 200, "<!doctype html><html lang=\"en\"><title>Wine shop</title><h1>Are you 18 or older?</h1><p>Your app proves it. The shop learns yes or no."
        + "<p><label>Request <textarea readonly id=\"request\">" + member(answer.body(), "dvr_token") + "</textarea></label>");
  }

  /** Takes the proof, in the session of the visitor who was asked. */
  static void take(HttpExchange exchange) throws IOException, InterruptedException {
    String cookies = exchange.getRequestHeaders().getFirst("Cookie");
    var found = Pattern.compile("(?:^|; *)session=([0-9a-f-]{36})").matcher(cookies == null ? "" : cookies);
    Open open = found.find() ? sessions.get(found.group(1)) : null;
    if (open == null || open.until().isBefore(Instant.now())) {
      send(exchange, 403, "this visitor was not asked");
      return;
    }
    byte[] proof = exchange.getRequestBody().readNBytes(MAX_PROOF + 1);
    if (proof.length > MAX_PROOF) {
      send(exchange, 413, "the proof is too large");
      return;
    }
    HttpResponse<String> answer = post("/v1/verify", UUID.randomUUID(),
        "{\"dvr_id\": " + quote(open.dvrId()) + ", \"proof\": " + quote(new String(proof, StandardCharsets.UTF_8)) + "}");
    switch (answer.statusCode()) {
      case 200 -> {
        sessions.remove(found.group(1));
        // The proven text stands in the answer as a string. Nothing else there can look like this: a quote in a string is written \".
        boolean adult = answer.body().contains("\"output\":" + quote("{\"result\":true}"));
        send(exchange, 200, adult ? "welcome" : "not for sale to you");
      }
      // Nothing is used up: the same proof may be sent again, or another one.
      case 409, 410, 422 -> send(exchange, 422, "refused: " + member(answer.body(), "code"));
      default -> send(exchange, 503, "try again");
    }
  }

  interface Page {
    void answer(HttpExchange exchange) throws IOException, InterruptedException;
  }

  static void handle(HttpExchange exchange, String method, String path, Page page) throws IOException {
    try (exchange) {
      try {
        if (!exchange.getRequestURI().getPath().equals(path)) send(exchange, 404, "not here");
        else if (!exchange.getRequestMethod().equals(method)) send(exchange, 405, "want " + method);
        else page.answer(exchange);
      } catch (Exception e) {
        System.err.println(e);
        if (exchange.getResponseCode() < 0) send(exchange, 503, "something went wrong");
      }
    }
  }

  /** Calls the verifier; a call that was not answered is made once more, and is the same call by its key. */
  static HttpResponse<String> post(String path, UUID call, String body) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(VERIFIER + path)).timeout(Duration.ofSeconds(60))
        .header("Authorization", AUTHORIZATION).header("Content-Type", "application/json").header("Idempotency-Key", call.toString())
        .POST(HttpRequest.BodyPublishers.ofString(body)).build();
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }

  static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  /** A string member of an answer of the verifier whose value needs no escapes: an id, a token or a code. */
  static String member(String json, String name) throws IOException {
    var found = Pattern.compile("\"" + name + "\":\\s*\"([A-Za-z0-9._-]+)\"").matcher(json);
    if (!found.find()) throw new IOException("the verifier's answer has no " + name);
    return found.group(1);
  }

  /** A text as a JSON string. */
  static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') quoted.append('\\').append(c);
      else if (c < 0x20) quoted.append(String.format("\\u%04x", (int) c));
      else quoted.append(c);
    }
    return quoted.append('"').toString();
  }

  static String setting(String name) {
    String value = System.getenv(name);
    if (value == null || value.isEmpty()) throw new IllegalArgumentException("the environment variable " + name + " is not set");
    return value;
  }
}
