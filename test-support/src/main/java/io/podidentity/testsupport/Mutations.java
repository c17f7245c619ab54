// SPDX-License-Identifier: Apache-2.0
package io.podidentity.testsupport;

import java.util.List;
import java.util.Random;

/**
 * Texts that a parser may not expect: most are good texts with a few changes, and some are random. The same seed gives
 * the same texts.
 */
public final class Mutations {
    private static final String MARKS = "\0\t\n\r\u001b \"'\\/{}[]()<>=:;,.-+%&#0129aAzZ\u00e9\u2028\ud83d\uffff";

    private final Random random;
    private final List<String> good;

    public Mutations(long seed, List<String> good) {
        this.random = new Random(seed);
        this.good = good;
    }

    public String next() {
        if (random.nextInt(20) == 0) {
            return chance(random.nextInt(60));
        }
        StringBuilder text = new StringBuilder(any());
        for (int i = random.nextInt(5); i >= 0; i--) {
            change(text);
        }
        return text.toString();
    }

    private void change(StringBuilder text) {
        int start = random.nextInt(text.length() + 1);
        int end = Math.min(text.length(), start + random.nextInt(12));
        switch (random.nextInt(7)) {
            case 0 -> text.delete(start, end);
            case 1 -> text.insert(start, chance(1 + random.nextInt(3)));
            case 2 -> text.replace(start, end, chance(end - start));
            case 3 -> text.insert(start, text.substring(start, end).repeat(1 + random.nextInt(40)));
            case 4 -> text.setLength(start);
            case 5 -> {
                String other = any();
                text.replace(start, end, other.substring(random.nextInt(other.length() + 1)));
            }
            default -> text.insert(start, random.nextLong());
        }
    }

    private String any() {
        return good.get(random.nextInt(good.size()));
    }

    private String chance(int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(randomCharacter());
        }
        return text.toString();
    }

    /** Half of the characters have a meaning in some grammar; most of the others are ASCII. */
    private char randomCharacter() {
        if (random.nextBoolean()) {
            return MARKS.charAt(random.nextInt(MARKS.length()));
        }
        int bound = 0x80;
        if (random.nextInt(10) == 0) {
            bound = 0x10000;
        }
        return (char) random.nextInt(bound);
    }
}
