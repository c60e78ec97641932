"""Real nodes as processes: what they exchange over HTTP, what survives a kill, what an operator's commands say."""
