package io.podidentity.benchmarks.load;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.lang.reflect.Field;
import java.lang.reflect.Method;

/** Many resources: the memory for one entry of the cache, and the number of entries kept. Argument: how many. */
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
            // The header of a string, that of its array, and a byte for each character.
            tokenBytes = 24L + 16 + token.length();
        }
        long used = usedBytes() - before;
        int kept = kept(provider);
        Figure.print("kept", kept);
        Figure.print("bytesPerEntry", (double) used / kept - tokenBytes);
        Runtime.getRuntime().halt(0);
    }

    /** Asks the provider's cache, whatever its class is called, since another request for a token would change it. */
    private static int kept(AzureServiceTokenProvider provider) throws ReflectiveOperationException {
        for (Field field : AzureServiceTokenProvider.class.getDeclaredFields()) {
            for (Method method : field.getType().getDeclaredMethods()) {
                if (method.getName().equals("size") && method.getParameterCount() == 0) {
                    field.setAccessible(true);
                    method.setAccessible(true);
                    return (int) method.invoke(field.get(provider));
                }
            }
        }
        throw new NoSuchMethodException("no field of AzureServiceTokenProvider has a size()");
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
