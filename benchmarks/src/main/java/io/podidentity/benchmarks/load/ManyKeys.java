package io.podidentity.benchmarks.load;

import io.podidentity.benchmarks.clients.TokenClient;
import io.podidentity.benchmarks.stub.StubControl;

/** Ten thousand resources: what an entry takes in memory, and how many entries are kept. Arguments: client, keys. */
public final class ManyKeys {
    private ManyKeys() {}

    public static void main(String[] args) throws Exception {
        TokenClient client = TokenClient.named(args[0]);
        int keys = Integer.parseInt(args[1]);
        StubControl stub = StubControl.ofEnvironment();
        int warmUp = 50;
        for (int i = 0; i < warmUp; i++) {
            client.token("https://warm-up.example/" + i + "/");
        }
        long before = usedBytes();
        long tokenBytes = 0;
        for (int i = 0; i < keys; i++) {
            String token = client.token(resource(i));
            // A string's header, its array's, and a byte for each letter.
            tokenBytes = 24L + 16 + token.length();
        }
        long used = usedBytes() - before;
        int kept = kept(client, stub, keys);
        Figure.print("kept", kept);
        Figure.print("bytesPerEntry", (double) used / kept - tokenBytes);
        Runtime.getRuntime().halt(0);
    }

    private static String resource(int number) {
        return "https://account" + number + ".example/";
    }

    /** Asks again from the newest on until the server is asked. */
    private static int kept(TokenClient client, StubControl stub, int keys) throws Exception {
        int requests = stub.seen().requests();
        for (int i = keys - 1; i >= 0; i--) {
            client.token(resource(i));
            if ((i % 10 == 0 || i == 0) && stub.seen().requests() > requests) {
                return keys - 1 - i;
            }
        }
        return keys;
    }

    private static long usedBytes() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 5; i++) {
            System.gc();
            Pause.millis(50);
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
