package io.podidentity.benchmarks.load;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.lang.reflect.Field;
import java.lang.reflect.Method;

/** Many resources: what an entry takes in memory, and how many entries are kept. Argument: how many. */
public final class ManyKeys {
    private static final int WARM_UP_KEYS = 50;

    private ManyKeys() {}

    public static void main(String[] args) throws Exception {
        AzureServiceTokenProvider provider = new AzureServiceTokenProvider();
        int keys = Integer.parseInt(args[0]);
        for (int i = 0; i < WARM_UP_KEYS; i++) {
            provider.getAccessToken("https://warm-up.example/" + i + "/");
        }
        long before = usedBytes();
        long tokenBytes = 0;
        for (int i = 0; i < keys; i++) {
            String token = provider.getAccessToken("https://account" + i + ".example/");
            // A string's header, its array's, and a byte for each letter.
            tokenBytes = 24L + 16 + token.length();
        }
        long used = usedBytes() - before;
        int kept = kept(provider);
        Figure.print("kept", kept);
        Figure.print("bytesPerEntry", (double) used / kept - tokenBytes);
        Runtime.getRuntime().halt(0);
    }

    /** Looked up inside, since asking again would change it. */
    private static int kept(AzureServiceTokenProvider provider) throws ReflectiveOperationException {
        Field field = AzureServiceTokenProvider.class.getDeclaredField("cache");
        field.setAccessible(true);
        Object cache = field.get(provider);
        Method size = cache.getClass().getDeclaredMethod("size");
        size.setAccessible(true);
        return (int) size.invoke(cache);
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
