package io.podidentity.podid.explain;

import java.util.List;

/**
 * A finding, its reasons, and what to do about it.
 *
 * @param summary a sentence
 * @param why facts, each with its place
 * @param remedies sentences
 */
record Advice(String summary, List<String> why, List<String> remedies) {}
